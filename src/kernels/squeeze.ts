import { accept } from './accept.ts';
import type { Kernel } from './kernel.ts';
import { integers, needConstant } from './rearrange.ts';
import { input, output, refuse } from './refuse.ts';
import { copying } from './reshape.ts';

/** SQUEEZE: the same elements, axes of extent 1 dropped. */
export const squeeze: Kernel = (node) => {
  const from = input(node, 0);
  const to = output(node);
  if (from.values.byteLength !== to.values.byteLength) refuse(node, 'input and output differ in size');
  return copying(from.values, to.values);
};

/** EXPAND_DIMS: the same elements, an axis of extent 1 added. */
export const expandDims: Kernel = (node) => {
  const from = input(node, 0);
  const axis = input(node, 1);
  const to = output(node);
  accept(node, from, 'float32', 'int16', 'int8');
  accept(node, axis, 'int32');
  needConstant(node, axis, 'the axis');
  const given = integers(axis)[0] ?? 0;
  const place = given < 0 ? from.shape.length + 1 + given : given;
  const expected = [...from.shape.slice(0, place), 1, ...from.shape.slice(place)];
  if (expected.length !== to.shape.length || expected.some((extent, index) => extent !== to.shape[index])) {
    refuse(node, `the output's shape is not ${expected.join('×')}`);
  }
  return copying(from.values, to.values);
};
