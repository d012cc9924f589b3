"""What bench/quantize-tflite.ts asks of LiteRT and ai-edge-quantizer: `quantize-tflite-peer.py JOBS.json`."""
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
from ai_edge_litert.interpreter import Interpreter

try:
    from ai_edge_quantizer import quantizer, recipe
except ImportError:
    quantizer = None


def run(content, samples):
    interpreter = Interpreter(model_content=content)
    interpreter.allocate_tensors()
    outputs = []
    for given in samples:
        for detail, value in zip(interpreter.get_input_details(), given):
            value = value.reshape(detail["shape"])
            if detail["dtype"] != np.float32:
                scale, zero = detail["quantization"]
                info = np.iinfo(detail["dtype"])
                value = np.clip(np.round(value / scale) + zero, info.min, info.max)
            interpreter.set_tensor(detail["index"], value.astype(detail["dtype"]))
        interpreter.invoke()
        found = []
        for detail in interpreter.get_output_details():
            value = interpreter.get_tensor(detail["index"])
            if detail["dtype"] != np.float32:
                scale, zero = detail["quantization"]
                value = (value.astype(np.float64) - zero) * scale
            found.append(value.astype(np.float64).ravel())
        outputs.append(np.concatenate(found))
    return np.stack(outputs)


def sqnr(expected, found):
    noise = np.sum((expected - found) ** 2)
    return "inf" if noise == 0 else f"{10 * np.log10(np.sum(expected ** 2) / noise):.1f}"


def rows(path):
    arrays = np.load(path)
    return list(zip(*(arrays[name] for name in sorted(arrays.files))))


def peer(content, samples, bits):
    """The file that ai-edge-quantizer makes; its ranges are its own default."""
    chosen = recipe.static_wi8_ai8() if bits == 8 else recipe.static_wi8_ai16()
    made = quantizer.Quantizer(content, quantization_recipe=chosen)
    interpreter = Interpreter(model_content=content)
    key = next(iter(interpreter.get_signature_list()), None)
    if key is None:
        names = [detail["name"] for detail in interpreter.get_input_details()]
    else:
        names = interpreter.get_signature_list()[key]["inputs"]
        inputs = interpreter.get_signature_runner(key).get_input_details()
        order = [detail["name"] for detail in interpreter.get_input_details()]
        names = sorted(names, key=lambda name: order.index(inputs[name]["name"]))
    data = {key: [dict(zip(names, [value.reshape(detail["shape"]) for value, detail in zip(given, interpreter.get_input_details())])) for given in samples]}
    result = made.calibrate(data)
    return bytes(made.quantize(result, enable_progress_report=False).quantized_model)


def attempt(work):
    try:
        return work()
    except Exception as error:  # a refusal is a result
        return str(error).strip().splitlines()[-1][:60] if str(error).strip() else type(error).__name__


def read(path):
    with open(path, "rb") as file:
        return file.read()


for job in json.load(open(sys.argv[1])):
    float_model = read(job["float"])
    evaluation = rows(job["evaluation"])
    expected = attempt(lambda: run(float_model, evaluation))
    if isinstance(expected, str):
        print(json.dumps({"error": f"LiteRT refuses the float model: {expected}"}), flush=True)
        continue
    judge = lambda make: attempt(lambda: sqnr(expected, run(make(), evaluation)))
    calibration = rows(job["calibration"])
    found = {
        "ours": judge(lambda: read(job["ours"])),
        "peer": judge(lambda: peer(float_model, calibration, 8)) if quantizer else "",
        "ours16": judge(lambda: read(job["ours16"])),
        "peer16": judge(lambda: peer(float_model, calibration, 16)) if quantizer else "",
    }
    print(json.dumps(found), flush=True)
