"""Static quantisation with ONNX Runtime's tool as a program: MODEL.onnx DATA.npz OUTPUT.onnx METHOD SAMPLES

METHOD may be several with commas between; "METHOD" in the output's name is then replaced by each.
"""

import sys

import numpy
import onnx
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)

model, data, output, method, samples = sys.argv[1:]


def shape_of(value):
    """An input's shape; open extents are 1."""
    return [dimension.dim_value or 1 for dimension in value.type.tensor_type.shape.dim]


shapes = {value.name: shape_of(value) for value in onnx.load(model).graph.input}


class Reader(CalibrationDataReader):
    def __init__(self):
        self.arrays = dict(numpy.load(data))
        self.samples = iter(range(min(int(samples), len(next(iter(self.arrays.values()))))))

    def get_next(self):
        index = next(self.samples, None)
        if index is None:
            return None
        return {name: array[index].astype(numpy.float32).reshape(shapes[name]) for name, array in self.arrays.items()}


for each in method.split(","):
    try:
        quantize_static(
            model,
            output.replace("METHOD", each),
            Reader(),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=getattr(CalibrationMethod, each),
        )
    except Exception as error:
        if "," not in method:
            raise
        print(f"{each}: {error}", file=sys.stderr)
