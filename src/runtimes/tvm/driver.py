"""Compiles model.onnx or model.tflite in the current folder with Apache TVM, as request.json says, into library.tar and report.json."""

import io
import json
import struct
import tarfile

import tvm
from tvm import relax
from tvm.relax.backend.cpu_generic import pipeline as cpu


def imported(request):
    if request["format"] == "onnx":
        import onnx
        from tvm.relax.frontend.onnx import from_onnx

        # Other files are never read: the model's bytes are all there is.
        model = onnx.load("model.onnx", load_external_data=False)
        return from_onnx(model, shape_dict=request["shapes"])
    import tflite
    from tvm.relax.frontend.tflite import from_tflite

    with open("model.tflite", "rb") as file:
        return from_tflite(tflite.Model.GetRootAsModel(file.read(), 0))


def planned(module, target):
    """TVM's own pipeline for CPUs up to its memory plan, with what TVM's documentation puts before it."""
    passes = [
        relax.transform.DecomposeOpsForInference(),
        relax.transform.CanonicalizeBindings(),
        *cpu.library_dispatch_passes(target),
        *cpu.legalize_passes(target),
        *cpu.dataflow_lower_passes(target),
        relax.transform.StaticPlanBlockMemory(),
    ]
    with target:
        return tvm.transform.Sequential(passes)(module)


def integer(value):
    return value if isinstance(value, int) else getattr(value, "value", None)


def bytes_of(shape, dtype):
    count = 1
    for extent in shape:
        extent = integer(extent)
        if extent is None:
            return None
        count *= extent
    return count * ((tvm.DataType(str(dtype)).bits + 7) // 8)


@relax.expr_functor.visitor
class Plan(relax.PyExprVisitor):
    """What main allocates and calls, in order."""

    def __init__(self):
        self.storages, self.unplanned, self.kernels, self.open = [], 0, [], 0

    def visit_call_(self, call):
        name = getattr(call.op, "name", None)
        if name == "relax.memory.alloc_storage":
            size = integer(call.args[0].values[0])
            if size is None:
                self.open += 1
            else:
                self.storages.append(size)
        elif name == "relax.builtin.alloc_tensor":
            dtype = call.args[1]
            size = bytes_of(call.args[0].values, getattr(dtype, "value", dtype))
            if size is None:
                self.open += 1
            else:
                self.unplanned += size
        elif isinstance(call.op, tvm.ir.GlobalVar):
            self.kernels.append(call.op.name_hint)
        super().visit_call_(call)


def loaded_bytes(elf):
    """Bytes of an ELF object's sections by kind: code, constants, data. Sections that a loader leaves out count nothing."""
    wide = elf[4] == 2
    if wide:
        offset, size, count = struct.unpack_from("<Q", elf, 40)[0], *struct.unpack_from("<HH", elf, 58)
    else:
        offset, size, count = struct.unpack_from("<I", elf, 32)[0], *struct.unpack_from("<HH", elf, 46)
    sums = {"code": 0, "constants": 0, "data": 0}
    for index in range(count):
        at = offset + index * size
        kind = struct.unpack_from("<I", elf, at + 4)[0]
        flags, length = (
            (struct.unpack_from("<Q", elf, at + 8)[0], struct.unpack_from("<Q", elf, at + 32)[0])
            if wide
            else (struct.unpack_from("<I", elf, at + 8)[0], struct.unpack_from("<I", elf, at + 20)[0])
        )
        # SHF_ALLOC, and not SHT_NOBITS.
        if flags & 2 and kind != 8:
            sums["code" if flags & 4 else "data" if flags & 1 else "constants"] += length
    return sums


def repacked(archive):
    """The same files without times and owners, so that the same model gives the same bytes; and what a loader reads of each."""
    out = io.BytesIO()
    sizes = []
    with tarfile.open(archive) as source, tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as result:
        for member in sorted(source.getmembers(), key=lambda each: each.name):
            data = source.extractfile(member).read()
            header = tarfile.TarInfo(member.name)
            header.size = len(data)
            result.addfile(header, io.BytesIO(data))
            sizes.append({"name": member.name, **loaded_bytes(data)})
    return out.getvalue(), sizes


def main():
    with open("request.json") as file:
        request = json.load(file)
    target = tvm.target.Target(request["target"])
    module = planned(imported(request), target)
    plan = Plan()
    plan.visit_expr(module["main"])
    with target:
        rest = tvm.transform.Sequential(cpu.finalize_passes(target)[1:])
        executable = relax.build(module, target, relax_pipeline=rest)
    executable.export_library("objects.tar")
    archive, objects = repacked("objects.tar")
    with open("library.tar", "wb") as file:
        file.write(archive)
    report = {
        "version": tvm.__version__,
        "storages": plan.storages,
        "unplannedBytes": plan.unplanned,
        "openSizes": plan.open,
        "kernels": plan.kernels,
        "objects": objects,
    }
    with open("report.json", "w") as file:
        json.dump(report, file)


main()
