import { intAttribute, isConstant } from '../../../graph/access.ts';
import { constantNumbers } from '../../../graph/constant-numbers.ts';
import { elementBits } from '../../../graph/data-type.ts';
import type { Graph, Operator, Tensor } from '../../../graph/graph.ts';
import { ownEntry } from '../../../graph/own.ts';
import { atLeastFour, heightWidthChannels, type OperatorView, operatorView } from '../support/view.ts';
import { elementsOf, type Kernel, type NpuOperation, unitKernel, type Volume } from './npu-operation.ts';

/**
 * The operations of the NPU that an operator becomes; none where it only names or moves bounds of tensors.
 * Source: what Vela 5.2.0 lists for each operator of the reference models (its table of layers), and tflite_graph_optimiser.cpp.
 */
export function operationsOf(graph: Graph, operator: Operator): readonly NpuOperation[] {
  const view = operatorView(graph, operator, 'u55');
  const make = ownEntry(makers, operator.type);
  return make === undefined ? [] : make(view, factsOf(view)).map(normalised);
}

/** A window that stops once has no stride; equal feature maps that meet element by element are folded so that groups of 16 are full. */
function normalised(operation: NpuOperation): NpuOperation {
  const { kind, kernel, ifm, ifm2, ofm } = operation;
  if (kind === 'elementwise') {
    const isEqual = (other: Volume): boolean => other.h === ofm.h && other.w === ofm.w && other.c === ofm.c;
    const elements = elementsOf(ofm);
    if (ofm.c >= 16 || elements % 16 !== 0 || !isEqual(ifm) || (ifm2 !== undefined && !isEqual(ifm2))) return operation;
    const columns = largestDivisor(elements / 16);
    const folded = { h: elements / 16 / columns, w: columns, c: 16 };
    return { ...operation, ifm: folded, ofm: folded, ...(ifm2 === undefined ? {} : { ifm2: folded }) };
  }
  const strideH = ofm.h === 1 ? 1 : kernel.strideH;
  const strideW = ofm.w === 1 ? 1 : kernel.strideW;
  return { ...operation, kernel: { ...kernel, strideH, strideW } };
}

/** The largest divisor up to the square root. */
function largestDivisor(value: number): number {
  let divisor = Math.floor(Math.sqrt(value));
  while (divisor > 1 && value % divisor !== 0) divisor -= 1;
  return Math.max(1, divisor);
}

interface Facts {
  readonly ifm: Volume;
  readonly ofm: Volume;
  readonly bits: Pick<NpuOperation, 'inputBits' | 'outputBits'>;
}

type Maker = (view: OperatorView, facts: Facts) => readonly NpuOperation[];

function factsOf({ inputs, outputs }: OperatorView): Facts {
  return {
    ifm: volumeOf(inputs[0]),
    ofm: volumeOf(outputs[0]),
    bits: { inputBits: elementBits(inputs[0]?.dtype ?? 'int8'), outputBits: elementBits(outputs[0]?.dtype ?? 'int8') },
  };
}

/** Axes before the height count as height; nothing counts as less than 1. */
export function volumeOf(tensor: Tensor | undefined): Volume {
  const { width, channels } = heightWidthChannels(tensor);
  const outer = atLeastFour(tensor).slice(0, -2);
  const atLeastOne = (extent: number): number => Math.max(1, extent);
  return {
    h: atLeastOne(outer.reduce((product, extent) => product * extent, 1)),
    w: atLeastOne(width),
    c: atLeastOne(channels),
  };
}

const defaults = { output: 'other', activation: 'none', kernel: unitKernel, upscale: 1 } as const;

const fusedActivation = ({ operator }: OperatorView): NpuOperation['activation'] => {
  const fused = operator.attributes.fused_activation_function;
  const name = fused?.kind === 'string' ? fused.value : 'NONE';
  return name === 'NONE' ? 'none' : name === 'TANH' ? 'lut' : 'clamp';
};

function windowKernel({ operator }: OperatorView, h: number, w: number): Kernel {
  return {
    h,
    w,
    strideH: intAttribute(operator, 'stride_h', 1),
    strideW: intAttribute(operator, 'stride_w', 1),
    dilationH: intAttribute(operator, 'dilation_h_factor', 1),
    dilationW: intAttribute(operator, 'dilation_w_factor', 1),
  };
}

const filtered =
  (kind: 'convolution' | 'depthwise'): Maker =>
  (view, { ifm, ofm, bits }) => {
    const { height, width } = heightWidthChannels(view.weights);
    // A depthwise filter over a single channel is an ordinary convolution.
    const actual = kind === 'depthwise' && ifm.c === 1 && ofm.c > 1 ? 'convolution' : kind;
    const isPoint = actual === 'convolution' && height === 1 && width === 1 && ifm.h * ifm.w === 1;
    return [
      {
        ...defaults,
        ...bits,
        kind: isPoint ? 'dense' : actual,
        activation: fusedActivation(view),
        ifm,
        ofm,
        kernel: windowKernel(view, height, width),
        ...(view.weights === undefined ? {} : { weights: view.weights }),
      },
    ];
  };

const dense: Maker = (view, { ofm, bits }) => {
  const inputs = atLeastFour(view.weights).at(-1) ?? 1;
  const rows = Math.max(1, Math.round(elementsOf(ofm) / ofm.c));
  return [
    {
      ...defaults,
      ...bits,
      kind: 'dense',
      activation: fusedActivation(view),
      ifm: { h: 1, w: rows, c: inputs },
      ofm: { h: 1, w: rows, c: ofm.c },
      ...(view.weights === undefined ? {} : { weights: view.weights }),
    },
  ];
};

const transposed: Maker = (view, { ifm, ofm, bits }) => {
  const { height, width } = heightWidthChannels(view.weights);
  const doubled = intAttribute(view.operator, 'stride_h', 1) === 2;
  return [
    {
      ...defaults,
      ...bits,
      kind: 'convolution',
      ifm,
      ofm,
      kernel: { ...unitKernel, h: height, w: width },
      upscale: doubled ? 2 : 1,
      ...(view.weights === undefined ? {} : { weights: view.weights }),
    },
  ];
};

const pooled =
  (output: 'max-pool' | 'other'): Maker =>
  (view, { ifm, ofm, bits }) => {
    const { operator } = view;
    const kernel = windowKernel(
      view,
      intAttribute(operator, 'filter_height', 1),
      intAttribute(operator, 'filter_width', 1),
    );
    return [{ ...defaults, ...bits, kind: 'pooling', output, activation: fusedActivation(view), ifm, ofm, kernel }];
  };

const binary =
  (output: NpuOperation['output']): Maker =>
  (view, { ofm, bits }) => {
    const [first, second] = view.inputs;
    const isConstantOne = (tensor: Tensor | undefined): boolean =>
      tensor !== undefined && isConstant(tensor) && elementsOf(volumeOf(tensor)) === 1;
    const [ifm, ifm2] = isConstantOne(first) ? [second, first] : [first, second];
    return [
      {
        ...defaults,
        ...bits,
        kind: 'elementwise',
        output,
        activation: fusedActivation(view),
        ifm: volumeOf(ifm),
        ...(ifm2 === undefined ? {} : { ifm2: volumeOf(ifm2) }),
        ofm,
      },
    ];
  };

/** A table or a clamp by itself runs as a pooling of one element. */
const pass =
  (activation: NpuOperation['activation']): Maker =>
  (_view, { ifm, bits }) => [{ ...defaults, ...bits, kind: 'pooling', activation, ifm, ofm: ifm }];

const copied: Maker = (_view, { ofm, bits }) => [{ ...defaults, ...bits, kind: 'pooling', ifm: ofm, ofm }];

const mean: Maker = (view, { ifm, ofm, bits }) => {
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
const resized: Maker = (view, { ifm, ofm, bits }) => {
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
const softmax: Maker = (_view, { ifm }) => {
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
const lstm: Maker = ({ inputs, operator, graph }, { bits }) => {
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

/** No arithmetic: the longer of reading and writing. */
const transpose: Maker = (_view, { ifm, ofm, bits }) => [{ ...defaults, ...bits, kind: 'copy', ifm, ofm }];

const makers: Readonly<Record<string, Maker>> = {
  ABS: binary('other'),
  ADD: binary('add'),
  AVERAGE_POOL_2D: pooled('other'),
  CONV_2D: filtered('convolution'),
  DEPTHWISE_CONV_2D: filtered('depthwise'),
  EXP: pass('lut'),
  FULLY_CONNECTED: dense,
  GELU: pass('lut'),
  HARD_SWISH: pass('lut'),
  LEAKY_RELU: binary('other'),
  LOG: pass('lut'),
  LOGISTIC: pass('lut'),
  MAXIMUM: binary('other'),
  MAX_POOL_2D: pooled('max-pool'),
  MEAN: mean,
  MINIMUM: binary('other'),
  MUL: binary('multiply'),
  PACK: copied,
  QUANTIZE: pass('none'),
  RELU: pass('clamp'),
  RELU6: pass('clamp'),
  RELU_0_TO_1: pass('clamp'),
  RELU_N1_TO_1: pass('clamp'),
  RESIZE_BILINEAR: resized,
  RESIZE_NEAREST_NEIGHBOR: resized,
  RSQRT: pass('lut'),
  SOFTMAX: softmax,
  SQUARED_DIFFERENCE: (view, facts) => [...binary('add')(view, facts), ...binary('multiply')(view, facts)],
  SUB: binary('add'),
  TANH: pass('lut'),
  TRANSPOSE: transpose,
  TRANSPOSE_CONV: transposed,
  UNIDIRECTIONAL_SEQUENCE_LSTM: lstm,
};
