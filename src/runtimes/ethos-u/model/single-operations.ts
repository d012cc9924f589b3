import { intAttribute, isConstant } from '../../../graph/access.ts';
import type { Tensor } from '../../../graph/graph.ts';
import { atLeastFour, heightWidthChannels, type OperatorView } from '../support/view.ts';
import { defaults, type Maker, volumeOf } from './maker.ts';
import { elementsOf, type Kernel, type NpuOperation, unitKernel } from './npu-operation.ts';

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

/** A convolution, whose weights are of every channel or of one. */
export const filtered =
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

/** A dense layer: every row of the input is a column. */
export const dense: Maker = (view, { ofm, bits }) => {
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

/** A transposed convolution: a convolution of the input spread apart. */
export const transposed: Maker = (view, { ifm, ofm, bits }) => {
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

/** A pooling. */
export const pooled =
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

/** Arithmetic of two feature maps, or of one and a constant. */
export const binary =
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
export const pass =
  (activation: NpuOperation['activation']): Maker =>
  (_view, { ifm, bits }) => [{ ...defaults, ...bits, kind: 'pooling', activation, ifm, ofm: ifm }];

/** Data that moves as a pooling of one element. */
export const copied: Maker = (_view, { ofm, bits }) => [{ ...defaults, ...bits, kind: 'pooling', ifm: ofm, ofm }];
