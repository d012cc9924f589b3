"""Memory of ai-edge-litert's interpreter, for bench/estimates/litert-memory.json:
  python bench/litert-memory-peer.py > bench/estimates/litert-memory.json    (Linux x64, ai-edge-litert 2.3.0, numpy)
Each model is loaded from its file and run twice on zeros, with four threads, in a process of its own; the mean of two processes is written. Models that it refuses are left out."""

import json
import os
import sys
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

MODELS = Path(os.environ.get("EDGE_READY_REFERENCE", "../shared/reference")) / "models"


def private_bytes():
    with open("/proc/self/status") as file:
        return next(1024 * int(line.split()[1]) for line in file if line.startswith("RssAnon:"))


def grown(file):
    before = private_bytes()
    interpreter = Interpreter(model_path=str(file), num_threads=4)
    interpreter.allocate_tensors()
    for _ in range(2):
        for detail in interpreter.get_input_details():
            interpreter.set_tensor(detail["index"], np.zeros(detail["shape"], detail["dtype"]))
        interpreter.invoke()
    return private_bytes() - before


def in_process(file):
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        try:
            os.write(write, str(grown(file)).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return int(text) if text else None


rows = []
for path in sorted(MODELS.rglob("*.tflite")):
    found = [in_process(path) for _ in range(2)]
    if None not in found:
        rows.append({"file": str(path.relative_to(MODELS)), "privateBytes": sum(found) // 2})
json.dump(rows, sys.stdout, indent=2)
