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


jobs = json.load(open(sys.argv[1]))
print(f"{'model':44} {'ours int8':>9} {'peer int8':>10} {'ours int16x8':>12} {'peer int16x8':>12}   (peer: ai-edge-quantizer)")
for job in jobs["jobs"]:
    float_model = read(job["float"])
    evaluation = rows(job["evaluation"])
    expected = attempt(lambda: run(float_model, evaluation))
    if isinstance(expected, str):
        print(f"{job['model']:44} LiteRT refuses the float model: {expected}")
        continue
    judge = lambda make: attempt(lambda: sqnr(expected, run(make(), evaluation)))
    calibration = rows(job["calibration"])
    found = [judge(lambda: read(job["ours"]))]
    found.append(judge(lambda: peer(float_model, calibration, 8)) if quantizer else "skipped")
    found.append(judge(lambda: read(job["ours16"])))
    found.append(judge(lambda: peer(float_model, calibration, 16)) if quantizer else "skipped")
    print(f"{job['model']:44} {found[0]:>9} {found[1]:>10} {found[2]:>12} {found[3]:>12}", flush=True)

if "accuracy" in jobs:
    job = jobs["accuracy"]
    arrays = np.load(job["data"])
    x, y = arrays["x"], arrays["y"].astype(int)
    taken = job["calibration"]
    others = [index for index in range(len(y)) if index not in set(taken)]
    models = {name: read(path) for name, path in job["models"].items()}
    if quantizer:
        for bits in (8, 16):
            made = attempt(lambda: peer(models["float"], [(x[index],) for index in taken], bits))
            if isinstance(made, bytes):
                models[f"ai-edge-quantizer int{bits}"] = made
            else:
                print(f"ai-edge-quantizer int{bits}: {made}")
    print(f"\nKeyword spotting in LiteRT, right of {len(y)} = {len(taken)} that calibrate + {len(others)} others")
    for name, content in models.items():
        scores = attempt(lambda: run(content, [(value,) for value in x]))
        if isinstance(scores, str):
            print(f"{name:44} {scores}")
            continue
        right = scores.argmax(axis=1) == y
        print(f"{name:44} {right.sum()} = {right[taken].sum()} + {right[others].sum()}   {len(content)} B")
