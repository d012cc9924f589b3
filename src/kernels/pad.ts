import { rowMajorStrides, sourcePositions } from './by-axis.ts';
import type { Kernel, Node } from './kernel.ts';
import { input, int32, output, refuse, refuseTypes } from './refuse.ts';

/** PAD and PADV2 in int8, int16, int32 and float: a constant around the input, or its zero. */
export const pad: Kernel = (node) => {
  const value = input(node, 0);
  const paddings = input(node, 1);
  const result = output(node);
  const from = value.values;
  const to = result.values;
  if (
    !(from instanceof Int8Array && to instanceof Int8Array) &&
    !(from instanceof Int16Array && to instanceof Int16Array) &&
    !(from instanceof Int32Array && to instanceof Int32Array) &&
    !(from instanceof Float32Array && to instanceof Float32Array)
  ) {
    return refuseTypes(node, value.dtype, result.dtype);
  }
  if (!paddings.constant) refuse(node, 'its paddings are computed; TensorFlow Lite Micro needs them in the file');
  const amounts = int32(node, paddings);
  if (amounts.length !== 2 * value.shape.length || value.shape.length > 5) {
    refuse(node, `${amounts.length} paddings do not fit an input of ${value.shape.length} axes`);
  }
  const strides = rowMajorStrides(value.shape);
  const at = sourcePositions(
    value.shape.map((extent, axis) => {
      const before = amounts[2 * axis] ?? 0;
      const padded = before + extent + (amounts[2 * axis + 1] ?? 0);
      if (padded !== result.shape[axis]) refuse(node, `axis ${axis} would be ${padded} and is ${result.shape[axis]}`);
      return Int32Array.from({ length: padded }, (_, index) =>
        index < before || index >= before + extent ? -1 : (index - before) * (strides[axis] ?? 0),
      );
    }),
  );
  const fill = fillOf(node);
  return () => {
    const around = fill();
    for (let index = 0; index < to.length; index++) {
      const source = at[index] as number;
      to[index] = source < 0 ? around : (from[source] as number);
    }
  };
};

/** What is put around: the third input's only element, else the output's zero point for int8, else 0. */
export function fillOf(node: Node): () => number {
  const value = node.inputs[2];
  const result = output(node);
  if (value === undefined) {
    const zero = result.dtype === 'int8' ? result.zeroPoint : 0;
    return () => zero;
  }
  if (value.dtype !== result.dtype || value.values.length !== 1)
    refuse(node, 'its fill is not one element of its type');
  if (result.dtype === 'int8' && (value.scale !== result.scale || value.zeroPoint !== result.zeroPoint)) {
    refuse(node, 'its fill is quantised otherwise than its output');
  }
  return () => Number(value.values[0]);
}
