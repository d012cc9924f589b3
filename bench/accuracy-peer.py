"""What bench/accuracy.ts asks of the peers: `accuracy-peer.py FLOAT.onnx|FLOAT.tflite CALIBRATION.npz OUTPUT` prints a JSON object of methods and the files that they made."""
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy

model, data, output = sys.argv[1:]
samples = numpy.load(data)["x"].astype(numpy.float32)


def quantize_static(method):
    """ONNX Runtime's tool as its documentation has it: preprocessed, QDQ, weights per channel."""
    import onnx
    from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType
    from onnxruntime.quantization import quantize_static as quantize
    from onnxruntime.quantization.shape_inference import quant_pre_process

    prepared = output + "-prepared.onnx"
    if not os.path.exists(prepared):
        quant_pre_process(model, prepared)
    graph = onnx.load(prepared).graph
    constants = {value.name for value in graph.initializer}
    name = next(value.name for value in graph.input if value.name not in constants)

    class Reader(CalibrationDataReader):
        def __init__(self):
            self.left = iter(samples)

        def get_next(self):
            sample = next(self.left, None)
            return None if sample is None else {name: sample}

    target = f"{output}-{method}.onnx"
    quantize(
        prepared,
        target,
        Reader(),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        activation_type=QuantType.QInt8,
        weight_type=QuantType.QInt8,
        calibrate_method=getattr(CalibrationMethod, method),
    )
    return target


def ai_edge_quantizer():
    from ai_edge_litert.interpreter import Interpreter
    from ai_edge_quantizer import quantizer, recipe

    with open(model, "rb") as file:
        content = file.read()
    runner = Interpreter(model_content=content).get_signature_runner("serving_default")
    ((name, detail),) = runner.get_input_details().items()
    made = quantizer.Quantizer(content, quantization_recipe=recipe.static_wi8_ai8())
    ranges = made.calibrate({"serving_default": [{name: sample.reshape(detail["shape"])} for sample in samples]})
    target = output + "-ai-edge.tflite"
    with open(target, "wb") as file:
        file.write(made.quantize(ranges, enable_progress_report=False).quantized_model)
    return target


def attempt(work):
    try:
        return {"file": work()}
    except Exception as error:  # a refusal is a result
        return {"error": (str(error).strip() or type(error).__name__).splitlines()[-1][:200]}


if model.endswith(".onnx"):
    methods = {method: lambda method=method: quantize_static(method) for method in ("MinMax", "Percentile", "Entropy")}
else:
    methods = {"ai-edge-quantizer": ai_edge_quantizer}
results = {name: attempt(work) for name, work in methods.items()}
print("\n" + json.dumps(results))
