"""Writes src/diff/onnx-operators.json from the `onnx` package: the declared default of every attribute of the operators of ai.onnx by the version
that introduced it, and which inputs were attributes of the same name in earlier versions. Run with a Python that has onnx 1.23."""

import json
import sys

import onnx
from onnx import AttributeProto, defs

VALUES = {
    AttributeProto.INT: lambda value: value.i,
    AttributeProto.FLOAT: lambda value: round(value.f, 9),
    AttributeProto.STRING: lambda value: value.s.decode(),
    AttributeProto.INTS: lambda value: list(value.ints),
    AttributeProto.FLOATS: lambda value: [round(each, 9) for each in value.floats],
    AttributeProto.STRINGS: lambda value: [each.decode() for each in value.strings],
}

# Pad's only input that goes by another name than the attribute that it was.
RENAMED = {("Pad", "constant_value"): "value"}


def defaults(schema):
    """The attributes that have a declared default, by name."""
    found = {}
    for name, attribute in sorted(schema.attributes.items()):
        value = attribute.default_value
        if value.name and value.type in VALUES:
            found[name] = VALUES[value.type](value)
    return found


versions = {}
for schema in defs.get_all_schemas_with_history():
    if schema.domain == "":
        versions.setdefault(schema.name, []).append(schema)

operators = {}
for name, schemas in sorted(versions.items()):
    schemas.sort(key=lambda schema: schema.since_version)
    attributes = {attribute.lower() for schema in schemas for attribute in schema.attributes}
    inputs = {}
    steps = []
    for schema in schemas:
        values = defaults(schema)
        if values != (steps[-1]["values"] if steps else {}):
            steps.append({"since": schema.since_version, "values": values})
        for position, parameter in enumerate(schema.inputs):
            setting = RENAMED.get((name, parameter.name), parameter.name.lower())
            if setting in attributes:
                inputs[setting] = position
    operators[name] = {
        "versions": [schema.since_version for schema in schemas],
        **({"defaults": steps} if steps else {}),
        **({"inputs": inputs} if inputs else {}),
    }

json.dump({"source": f"onnx.defs of ONNX {onnx.__version__}", "operators": operators}, sys.stdout, indent=1)
