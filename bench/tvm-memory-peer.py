"""Memory of processes that run models compiled by TVM, for bench/estimates/tvm-memory.json:
  python bench/tvm-memory-peer.py MODEL... > bench/estimates/tvm-memory.json    (Linux, apache-tvm 0.27.0.post1, onnx, tflite, a C compiler)
Each model is compiled as src/runtimes/tvm/driver.py does it, for this machine, and run once by TVM's runtime alone, without its compiler."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

DRIVER = Path(__file__).parent.parent / "src" / "runtimes" / "tvm" / "driver.py"
RUNTIME = next(Path(folder) / "tvm/lib/libtvm_runtime.so" for folder in sys.path if (Path(folder) / "tvm/lib/libtvm_runtime.so").exists())
MODELS = Path(os.environ.get("EDGE_READY_REFERENCE", "../shared/reference")) / "models"

RUN = r"""
import ctypes, json, sys
from pathlib import Path
import numpy as np
import tvm_ffi

def resident():
    with open("/proc/self/smaps_rollup") as file:
        return next(1024 * int(line.split()[1]) for line in file if line.startswith("Rss:"))

def aligned(shape, dtype):
    # Kernels take inputs at multiples of 64 bytes for granted.
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    room = np.zeros(size + 64, np.uint8)
    start = -room.ctypes.data % 64
    return room[start : start + size].view(dtype).reshape(shape)

inputs = [tvm_ffi.from_dlpack(aligned(shape, dtype)) for shape, dtype in json.loads(sys.argv[1])]
before = resident()
ctypes.CDLL(sys.argv[2], ctypes.RTLD_GLOBAL)
library = tvm_ffi.load_module("./library.so")
loaded = resident()
vm = library["vm_load_executable"]()
# Device and allocator, for the host and once more for the device: kDLCPU is 1, a pooled allocator 2.
vm["vm_initialization"](1, 0, 2)
for _ in range(2):
    result = vm["main"](*inputs)
print(json.dumps({"runtimeRss": loaded - before, "modelRss": resident() - loaded}))
"""


def reason(printed):
    lines = [line for line in printed.splitlines() if "Error" in line]
    return (lines or ["ended without a reason"])[-1][:200]


def code_bytes(objects):
    """Of the kernels: the object that holds the program and its constants is the other one."""
    return sum(o["code"] + o["data"] + o["constants"] for o in objects if not o["name"].startswith("devc"))


def measured(model):
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        kind = model.suffix[1:]
        (folder / f"model.{kind}").write_bytes(model.read_bytes())
        source = DRIVER.read_text().replace('executable.export_library("objects.tar")', 'executable.export_library("objects.tar"); executable.export_library("library.so"); shapes = [([int(d.value) if hasattr(d, "value") else int(d) for d in p.ty.shape.values], str(p.ty.dtype)) for p in module["main"].params]; json.dump(shapes, open("inputs.json", "w"))')
        (folder / "driver.py").write_text(source)
        shapes = {}
        if kind == "onnx":
            import onnx

            graph = onnx.load(model).graph
            constants = {each.name for each in graph.initializer}
            shapes = {
                each.name: [dim.dim_value or 1 for dim in each.type.tensor_type.shape.dim]
                for each in graph.input
                if each.name not in constants
            }
        request = {"format": kind, "shapes": shapes, "target": {"kind": "llvm", "mcpu": "x86-64-v3"}}
        (folder / "request.json").write_text(json.dumps(request))
        done = subprocess.run([sys.executable, "-I", "driver.py"], cwd=folder, capture_output=True, text=True)
        if done.returncode != 0:
            return {"error": reason(done.stderr)}
        report = json.loads((folder / "report.json").read_text())
        ran = subprocess.run(
            [sys.executable, "-c", RUN, (folder / "inputs.json").read_text(), str(RUNTIME)],
            cwd=folder,
            capture_output=True,
            text=True,
            env={**os.environ, "TVM_NUM_THREADS": "1"},
        )
        if ran.returncode != 0:
            return {"error": reason(ran.stderr)}
        request["target"] = {"kind": "llvm", "mtriple": "aarch64-linux-gnu", "mcpu": "cortex-a72"}
        (folder / "request.json").write_text(json.dumps(request))
        (folder / "driver.py").write_text(DRIVER.read_text())
        subprocess.run([sys.executable, "-I", "driver.py"], cwd=folder, check=True, capture_output=True)
        arm = json.loads((folder / "report.json").read_text())
        return {
            "storageBytes": sum(report["storages"]),
            "unplannedBytes": report["unplannedBytes"],
            "kernels": len(report["kernels"]),
            "constantBytes": sum(o["constants"] for o in report["objects"] if o["name"].startswith("devc")),
            "codeBytes": code_bytes(report["objects"]),
            "arm64CodeBytes": code_bytes(arm["objects"]),
            **json.loads(ran.stdout),
        }


rows = []
for name in sys.argv[1:]:
    row = {"model": name, **measured(MODELS / name if not Path(name).exists() else Path(name))}
    print(row, file=sys.stderr)
    rows.append(row)
json.dump(rows, sys.stdout, indent=1)
