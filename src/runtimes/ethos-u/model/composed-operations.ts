import { constantNumbers } from '../../../graph/constant-numbers.ts';
import type { Tensor } from '../../../graph/graph.ts';
import { atLeastFour } from '../support/view.ts';
import { defaults, type Maker } from './maker.ts';
import { type NpuOperation, unitKernel } from './npu-operation.ts';

/** A sum over the window or the channels, and a product that makes it a mean. */
export const mean: Maker = (view, { ifm, ofm, bits }) => {
  const kernel = { ...unitKernel, h: ofm.h === ifm.h ? 1 : ifm.h, w: ofm.w === ifm.w ? 1 : ifm.w };
  const to = { h: 1, w: 1, c: ifm.c };
  const [, axes] = [view.inputs, view.parameters[0]];
  const alongChannels = axes !== undefined && (constantNumbers(axes) ?? []).length === 1 && ofm.c === 1 && ifm.c > 1;
  return [
    { ...defaults, ...bits, outputBits: 32, kind: alongChannels ? 'reduce-sum' : 'depthwise', ifm, ofm: to, kernel },
    {
      ...defaults,
      inputBits: 32,
      outputBits: bits.outputBits,
      kind: 'elementwise',
      output: 'multiply',
      ifm: to,
      ifm2: { h: 1, w: 1, c: 1 },
      ofm: to,
    },
  ];
};

/** Doubled as often as it takes; each time a pooling over every input element twice. */
export const resized: Maker = (view, { ifm, ofm, bits }) => {
  const times = Math.max(1, Math.round(Math.log2(Math.max(ofm.h / ifm.h, ofm.w / ifm.w))));
  const size = view.operator.type === 'RESIZE_BILINEAR' ? 2 : 1;
  return Array.from({ length: times }, (_, step) => {
    const from = { h: ifm.h * 2 ** step, w: ifm.w * 2 ** step, c: ifm.c };
    const to = { h: from.h * 2, w: from.w * 2, c: ifm.c };
    return {
      ...defaults,
      ...bits,
      kind: 'pooling' as const,
      ifm: from,
      ofm: to,
      kernel: { ...unitKernel, h: size, w: size },
      upscale: 2 as const,
    };
  });
};

/** Operations of a softmax: over all elements (sub, exponential and its two shifts, sum, product), and over one value a row (Newton's reciprocal). */
export const softmax: Maker = (_view, { ifm }) => {
  const rows = { h: ifm.h, w: ifm.w, c: 1 };
  const wide = { ...defaults, inputBits: 32, outputBits: 32, kind: 'elementwise' as const };
  const ofAll = { ...wide, ifm, ifm2: rows, ofm: ifm };
  const ofRows = { ...wide, ifm: rows, ifm2: rows, ofm: rows };
  return [
    {
      ...defaults,
      inputBits: 8,
      outputBits: 8,
      kind: 'pooling',
      output: 'max-pool',
      ifm: { h: ifm.h * ifm.w, w: ifm.c, c: 1 },
      ofm: { h: ifm.h * ifm.w, w: 1, c: 1 },
      kernel: { ...unitKernel, w: ifm.c },
    },
    {
      ...defaults,
      inputBits: 8,
      outputBits: 32,
      kind: 'elementwise',
      output: 'add',
      activation: 'lut',
      ifm,
      ifm2: rows,
      ofm: ifm,
    },
    { ...ofAll, ifm2: { h: 1, w: 1, c: 1 } },
    { ...defaults, inputBits: 32, outputBits: 32, kind: 'reduce-sum', ifm, ofm: rows },
    ...Array.from({ length: 23 }, () => ofRows),
    { ...ofAll, output: 'multiply' },
    { ...ofAll, outputBits: 8 },
  ];
};

/** Operations of one time step: eight dense layers, five sums, three products, five tables, four clamps. */
export const lstm: Maker = ({ inputs, operator, graph }, { bits }) => {
  const shape = atLeastFour(inputs[0]);
  const [batch = 1, steps = 1, width = 1] =
    operator.attributes.time_major?.kind === 'bool' && operator.attributes.time_major.value
      ? [shape.at(-2), shape.at(-3), shape.at(-1)]
      : shape.slice(-3);
  const weight = (position: number): Tensor | undefined => {
    const id = operator.inputs[position];
    return id === undefined || id === null ? undefined : graph.tensors[id];
  };
  const cells = atLeastFour(weight(5))[2] ?? 1;
  const state = { h: 1, w: batch, c: cells };
  const gate = (position: number): NpuOperation => {
    const weights = weight(position);
    return {
      ...defaults,
      ...bits,
      outputBits: 16,
      kind: 'dense',
      ifm: { h: 1, w: batch, c: position <= 4 ? width : cells },
      ofm: state,
      ...(weights === undefined ? {} : { weights }),
    };
  };
  const map = { ...defaults, inputBits: 16, outputBits: 16, ifm: state, ofm: state };
  const sum: NpuOperation = { ...map, kind: 'elementwise', output: 'add', ifm2: state };
  const step: readonly NpuOperation[] = [
    ...[1, 2, 3, 4, 5, 6, 7, 8].map(gate),
    ...Array.from({ length: 5 }, () => sum),
    ...Array.from({ length: 3 }, (): NpuOperation => ({ ...sum, output: 'multiply' })),
    ...Array.from({ length: 6 }, (): NpuOperation => ({ ...map, kind: 'pooling', activation: 'clamp' })),
  ];
  return Array.from({ length: Math.min(steps, 1000) }, () => step).flat();
};
