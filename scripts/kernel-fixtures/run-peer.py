"""Runs models with Google's own build of TensorFlow Lite Micro (PyPI: tflite-micro), each in a process of its own.

usage: run-peer.py MODELS.json
MODELS.json: [{"file": path, "invocations": n}]; prints {path: {"outputs": [[hex, dtype], ...]} or {"refused": [lines of the log]}}
"""

import json
import os
import sys
import tempfile

import numpy
from tflite_micro.python.tflite_micro import runtime


def inputs_of(interpreter, count, draw):
    for position in range(count):
        detail = interpreter.get_input_details(position)
        dtype = numpy.dtype(detail["dtype"])
        shape = [int(extent) for extent in detail["shape"]]
        size = int(numpy.prod(shape)) if shape else 1
        values = [draw() for _ in range(size)]
        if dtype == numpy.float32:
            array = numpy.array([(state >> 20) / 2048 - 1 for state in values], dtype)
        elif dtype == numpy.bool_:
            array = numpy.array([state >> 31 for state in values]).astype(numpy.bool_)
        elif dtype == numpy.uint8:
            array = numpy.array([state >> 24 for state in values]).astype(dtype)
        elif dtype.kind == "u":
            array = numpy.array([state >> 20 for state in values]).astype(dtype)
        else:
            shift = {1: 24, 2: 16}.get(dtype.itemsize, 20)
            array = (numpy.array(values, numpy.uint32).astype(numpy.int32) >> shift).astype(dtype)
        interpreter.set_input(array.reshape(shape), position)


def run_one(path, invocations, inputs, outputs):
    state = 1

    def draw():
        nonlocal state
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        return state

    interpreter = runtime.Interpreter.from_file(path, arena_size=1 << 20)
    for _ in range(invocations):
        inputs_of(interpreter, inputs, draw)
        interpreter.invoke()
    result = []
    for position in range(outputs):
        array = numpy.ascontiguousarray(interpreter.get_output(position))
        result.append([array.tobytes().hex(), str(array.dtype)])
    print("OUTPUTS " + json.dumps(result))


def answer_of(model):
    """A process of its own, because the interpreter may stop dead."""
    with tempfile.TemporaryFile("w+") as log:
        child = os.fork()
        if child == 0:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
            code = 1
            try:
                run_one(model["file"], model["invocations"], model["inputs"], model["outputs"])
                code = 0
            except BaseException as error:
                print(repr(error))
            sys.stdout.flush()
            os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        log.seek(0)
        lines = log.read().splitlines()
    found = [line for line in lines if line.startswith("OUTPUTS ")]
    if code == 0 and found:
        return {"outputs": json.loads(found[-1][8:])}
    return {"refused": lines[:3] or [f"the process ended with {code}"], "code": code}


with open(sys.argv[1]) as file:
    models = json.load(file)
json.dump({model["file"]: answer_of(model) for model in models}, sys.stdout)
