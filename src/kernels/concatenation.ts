import { intAttribute, stringAttribute } from '../graph/access.ts';
import type { Kernel } from './kernel.ts';
import { input, output, refuse, refuseTypes } from './refuse.ts';

/** CONCATENATION of at most 10 inputs along an axis, without rescaling. */
export const concatenation: Kernel = (node) => {
  const result = output(node);
  const parts = node.inputs.map((_, position) => input(node, position));
  if (parts.length > 10) refuse(node, `it joins ${parts.length} tensors; TensorFlow Lite Micro joins at most 10`);
  if (stringAttribute(node.operator, 'fused_activation_function', 'NONE') !== 'NONE') {
    refuse(node, 'it has a fused activation, which TensorFlow Lite Micro does not apply here');
  }
  if (!['float32', 'int8', 'int16', 'int32', 'int64', 'bool'].includes(result.dtype)) refuseTypes(node, result.dtype);
  for (const { dtype, scale, zeroPoint } of parts) {
    if (dtype !== result.dtype) refuseTypes(node, dtype, result.dtype);
    if (dtype === 'int8' && (scale !== result.scale || zeroPoint !== result.zeroPoint)) {
      refuse(node, 'its inputs and output are quantised differently');
    }
    if (dtype === 'int16' && (zeroPoint !== 0 || result.zeroPoint !== 0)) {
      refuse(node, 'the zero points of int16 tensors that are joined have to be 0');
    }
  }
  const axis = intAttribute(node.operator, 'axis', 0);
  const first = axis < 0 ? axis + result.shape.length : axis;
  const outer = result.shape.slice(0, first).reduce((product, extent) => product * extent, 1);
  const runs = parts.map(({ values }) => ({ from: values, length: values.length / outer }));
  const stride = runs.reduce((sum, { length }) => sum + length, 0);
  if (stride * outer !== result.values.length) refuse(node, 'its inputs do not add up to its output');
  // All have the output's type, so `set` takes them, 64-bit ones too.
  const to = result.values as Int8Array;
  return () => {
    for (let block = 0; block < outer; block++) {
      let at = block * stride;
      for (const { from, length } of runs) {
        to.set(from.subarray(block * length, (block + 1) * length) as Int8Array, at);
        at += length;
      }
    }
  };
};
