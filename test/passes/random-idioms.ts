import type { Attribute, TensorId } from '../../src/graph/graph.ts';
import { float, type GraphBuilder, int, ints, nested, noise, onnxGraph, text } from '../support/onnx-graphs.ts';

/** A tensor of the graph under construction: an image of four axes. */
export interface Value {
  readonly id: TensorId;
  readonly shape: readonly number[];
}

/** Adds what exporters write for something; `name` is its own in the graph, `seed` a number for every choice. */
export type Idiom = (b: GraphBuilder, x: Value, name: string, seed: number) => Value;

const counted = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);
const scalar = (b: GraphBuilder, name: string, value: number): TensorId => b.constant(name, [], [value]);
const integers = (b: GraphBuilder, name: string, ...list: readonly number[]): TensorId =>
  b.constant(name, [list.length], list, 'int64');
const turned = (b: GraphBuilder, x: TensorId, ...perm: number[]): TensorId =>
  b.op('Transpose', [x], { attributes: { perm: ints(...perm) } });
const channelsOf = ({ shape }: Value): number => shape[1] as number;
const cast = (to: number): { readonly attributes: Readonly<Record<string, Attribute>> } => ({
  attributes: { to: int(to) },
});

/** A convolution with a window of 3 × 3 that keeps the image's size. */
function convolved(
  b: GraphBuilder,
  x: Value,
  name: string,
  seed: number,
  pads: readonly number[] = [1, 1, 1, 1],
): Value {
  const out = 1 + (seed % 4);
  const weights = b.constant(`${name}_w`, [out, channelsOf(x), 3, 3], noise(out * channelsOf(x) * 9, seed));
  const bias = seed % 2 ? [b.constant(`${name}_b`, [out], noise(out, seed + 1))] : [];
  const id = b.op('Conv', [x.id, weights, ...bias], { attributes: { kernel_shape: ints(3, 3), pads: ints(...pads) } });
  return { id, shape: [x.shape[0] as number, out, ...x.shape.slice(2)] };
}

const perChannel = (b: GraphBuilder, name: string, channels: number, seed: number): TensorId =>
  b.constant(
    name,
    [channels, 1, 1],
    noise(channels, seed).map((value) => value + 1.5),
  );

/** What real exporters write, one for each pass that single operators put together at random do not reach. */
export const idioms: Readonly<Record<string, Idiom>> = {
  'convolution and normalisation': (b, x, name, seed) => {
    const conv = convolved(b, x, name, seed);
    const statistics = ['g', 'o', 'm', 'v'].map((part, at) =>
      b.constant(
        `${name}_${part}`,
        [channelsOf(conv)],
        noise(channelsOf(conv), seed + at).map((v) => Math.abs(v) + 0.3),
      ),
    );
    return { ...conv, id: b.op('BatchNormalization', [conv.id, ...statistics]) };
  },
  'convolution, scale and offset': (b, x, name, seed) => {
    const conv = convolved(b, x, name, seed);
    const scaled = b.op('Mul', [conv.id, perChannel(b, `${name}_f`, channelsOf(conv), seed)]);
    return { ...conv, id: b.op('Sub', [scaled, perChannel(b, `${name}_o`, channelsOf(conv), seed + 1)]) };
  },
  'scale before a convolution': (b, x, name, seed) => {
    const scaled = b.op('Div', [x.id, scalar(b, `${name}_s`, 1 + (seed % 9))]);
    return convolved(b, { ...x, id: scaled }, name, seed, [1, 1, 1, 1]);
  },
  'padding before a convolution': (b, x, name, seed) => {
    const padded = b.op('Pad', [x.id, integers(b, `${name}_p`, 0, 0, 1, 1, 0, 0, 1, 1)]);
    return convolved(b, { ...x, id: padded }, name, seed, [0, 0, 0, 0]);
  },
  'a product over channels': (b, x, name, seed) => {
    const [out, channels] = [1 + (seed % 5), channelsOf(x)];
    const product = b.op('MatMul', [
      turned(b, x.id, 0, 2, 3, 1),
      b.constant(`${name}_w`, [channels, out], noise(channels * out, seed)),
    ]);
    const active = b.op('Relu', [b.op('Add', [product, b.constant(`${name}_b`, [out], noise(out, seed + 1))])]);
    return { id: turned(b, active, 0, 3, 1, 2), shape: [x.shape[0] as number, out, ...x.shape.slice(2)] };
  },
  'convolutions of shares': (b, x, name, seed) => {
    const channels = channelsOf(x);
    if (channels % 2 !== 0) return x;
    b.op('Split', [x.id], { outputs: [`${name}_l`, `${name}_r`], attributes: { axis: int(1) } });
    const parts = ['l', 'r'].map((side, at) =>
      b.op('Conv', [
        b.id(`${name}_${side}`),
        b.constant(`${name}_w${side}`, [2, channels / 2, 1, 1], noise(channels, seed + at)),
      ]),
    );
    return {
      id: b.op('Concat', parts, { attributes: { axis: int(1) } }),
      shape: [x.shape[0] as number, 4, ...x.shape.slice(2)],
    };
  },
  'a flatten that asks for the batch': (b, x, name) => {
    const batch = b.op('Gather', [b.op('Shape', [x.id]), b.constant(`${name}_i`, [1], [0], 'int64')]);
    const wanted = b.op('Concat', [batch, integers(b, `${name}_r`, -1, 1, 1)], { attributes: { axis: int(0) } });
    return { id: b.op('Reshape', [x.id, wanted]), shape: [x.shape[0] as number, counted(x.shape.slice(1)), 1, 1] };
  },
  'two reshapes': (b, x, name) => {
    const flat = b.op('Reshape', [x.id, integers(b, `${name}_a`, 0, -1)]);
    return { ...x, id: b.op('Reshape', [flat, integers(b, `${name}_b`, ...x.shape)]) };
  },
  'a dense layer': (b, x, name, seed) => {
    const [rows, out] = [counted(x.shape.slice(1)), 1 + (seed % 5)];
    const flat = b.op('Flatten', [x.id]);
    const product = b.op('MatMul', [flat, b.constant(`${name}_w`, [rows, out], noise(rows * out, seed))]);
    const dense = b.op('Add', [product, b.constant(`${name}_b`, [out], noise(out, seed + 1))]);
    const shape = [x.shape[0] as number, out, 1, 1];
    return { id: b.op('Reshape', [dense, integers(b, `${name}_r`, ...shape)]), shape };
  },
  'layer normalisation': (b, x, name, seed) => {
    const attributes = { axes: ints(-1), keepdims: int(1) };
    const centred = b.op('Sub', [x.id, b.op('ReduceMean', [x.id], { attributes })]);
    const square = seed % 2 ? b.op('Pow', [centred, scalar(b, `${name}_2`, 2)]) : b.op('Mul', [centred, centred]);
    const mean = b.op('ReduceMean', [square], { attributes });
    const root = b.op('Sqrt', [b.op('Add', [mean, scalar(b, `${name}_e`, 1e-3)])]);
    // A mean that is 0 but for rounding could not be compared.
    const offset = perChannel(b, `${name}_o`, channelsOf(x), seed);
    return { ...x, id: b.op('Add', [b.op('Div', [centred, root]), offset]) };
  },
  'softplus in pieces': (b, x, name) => {
    const sum = b.op('Add', [b.op('Exp', [b.op('Tanh', [x.id])]), scalar(b, `${name}_1`, 1)]);
    return { ...x, id: b.op('Log', [sum]) };
  },
  'leaky ReLU in pieces': (b, x, name, seed) => {
    const slope = scalar(b, `${name}_a`, (seed % 10) / 10);
    return { ...x, id: b.op('Max', [x.id, b.op('Mul', [x.id, slope])]) };
  },
  'two offsets': (b, x, name, seed) => {
    const once = b.op('Add', [x.id, perChannel(b, `${name}_a`, channelsOf(x), seed)]);
    return { ...x, id: b.op('Add', [once, perChannel(b, `${name}_b`, channelsOf(x), seed + 1)]) };
  },
  'two scalings': (b, x, name, seed) => {
    const once = b.op('Mul', [x.id, scalar(b, `${name}_a`, 1 + (seed % 3))]);
    return { ...x, id: b.op('Mul', [once, scalar(b, `${name}_b`, 0.5)]) };
  },
  'casts there and back': (b, x) => {
    const bool = b.op('Cast', [b.op('Cast', [x.id], cast(11))], cast(1));
    return { ...x, id: b.op('Cast', [b.op('Cast', [bool], cast(1))], cast(1)) };
  },
  'a slice of a slice': (b, x, name) => {
    const [height, width] = [x.shape[2] as number, x.shape[3] as number];
    if (height < 3 || width < 3) return x;
    const list = (part: string, ...values: number[]) => integers(b, `${name}_${part}`, ...values);
    const rows = b.op('Slice', [x.id, list('a', 1), list('b', height), list('c', 2)]);
    const columns = b.op('Slice', [rows, list('d', 1), list('e', width), list('f', 3)]);
    return { id: columns, shape: [...x.shape.slice(0, 2), height - 1, width - 1] };
  },
  'turned, computed, turned back': (b, x, name, seed) => {
    const last = turned(b, x.id, 0, 2, 3, 1);
    const scaled = b.op('Mul', [
      b.op('Sigmoid', [last]),
      b.constant(`${name}_c`, [channelsOf(x)], noise(channelsOf(x), seed)),
    ]);
    return { ...x, id: turned(b, b.op('Add', [scaled, last]), 0, 3, 1, 2) };
  },
  'turned, computed, turned back alone': (b, x, name, seed) => {
    const last = turned(b, x.id, 0, 2, 3, 1);
    const scaled = b.op('Mul', [
      b.op('Sigmoid', [last]),
      b.constant(`${name}_c`, [channelsOf(x)], noise(channelsOf(x), seed)),
    ]);
    return { ...x, id: turned(b, scaled, 0, 3, 1, 2) };
  },
  'quantised for nothing': (b, x, name) => {
    const [scale, zero] = [scalar(b, `${name}_s`, 0.05), b.constant(`${name}_z`, [], [3], 'int8')];
    const once = b.op('DequantizeLinear', [b.op('QuantizeLinear', [x.id, scale, zero]), scale, zero]);
    return { ...x, id: b.op('DequantizeLinear', [b.op('QuantizeLinear', [once, scale, zero]), scale, zero]) };
  },
  'enlarged by what a shape says': (b, x, name) => {
    if (counted(x.shape) > 512) return x;
    const [height, width] = [x.shape[2] as number, x.shape[3] as number];
    const front = b.op('Slice', [b.op('Shape', [x.id]), integers(b, `${name}_a`, 0), integers(b, `${name}_b`, 2)]);
    const sizes = b.op('Concat', [front, integers(b, `${name}_c`, 2 * height, 2 * width)], {
      attributes: { axis: int(0) },
    });
    const id = b.op('Resize', [x.id, null, null, sizes], {
      attributes: {
        mode: text('nearest'),
        coordinate_transformation_mode: text('asymmetric'),
        nearest_mode: text('floor'),
      },
    });
    return { id, shape: [...x.shape.slice(0, 2), 2 * height, 2 * width] };
  },
  'expanded although it broadcasts': (b, x, name, seed) => {
    const row = b.constant(`${name}_c`, [channelsOf(x), 1, 1], noise(channelsOf(x), seed));
    const mean = b.op('ReduceMean', [x.id], { attributes: { axes: ints(2, 3), keepdims: int(1) } });
    const wide = b.op('Expand', [b.op('Add', [mean, row]), integers(b, `${name}_e`, ...x.shape)]);
    return { ...x, id: b.op('Mul', [x.id, wide]) };
  },
  'a condition that is known': (b, x, name, seed) => {
    // A nested graph finds the tensor by its name.
    const outer = `${name}_x`;
    b.op('Neg', [x.id], { outputs: [outer], dtype: 'float32', shape: x.shape });
    const branch = (type: string) => {
      const inner = onnxGraph(13);
      const result = inner.op(type, [inner.capture(outer, x.shape, 'float32')], {
        outputs: [`${name}_${type}`],
        dtype: 'float32',
        shape: x.shape,
      });
      return nested(inner.build(result));
    };
    const condition = b.constant(`${name}_if`, [], [seed % 2], 'bool');
    return {
      ...x,
      id: b.op('If', [condition], { attributes: { then_branch: branch('Relu'), else_branch: branch('Abs') } }),
    };
  },
  'a loop that is known': (b, x, name, seed) => {
    const inner = onnxGraph(13);
    inner.input(`${name}_i`, [], 'int64');
    const goesOn = inner.input(`${name}_c`, [], 'bool');
    const state = inner.input(`${name}_v`, x.shape);
    const half = inner.constant(`${name}_h`, [], [0.5]);
    const like = { dtype: 'float32', shape: x.shape } as const;
    const next = inner.op('Mul', [inner.op('Sin', [state], { outputs: [`${name}_s`], ...like }), half], {
      outputs: [`${name}_n`],
      ...like,
    });
    const again = inner.op('Identity', [goesOn], { outputs: [`${name}_again`], dtype: 'bool', shape: [] });
    const inputs = [
      b.constant(`${name}_m`, [], [1 + (seed % 3)], 'int64'),
      b.constant(`${name}_t`, [], [1], 'bool'),
      x.id,
    ];
    return { ...x, id: b.op('Loop', inputs, { attributes: { body: nested(inner.build(again, next)) } }) };
  },
  'what constants make': (b, x, name, seed) => {
    const sum = b.op('Add', [scalar(b, `${name}_a`, seed % 5), scalar(b, `${name}_b`, 1)]);
    return { ...x, id: b.op('Mul', [x.id, b.op('Sqrt', [sum])]) };
  },
  'hard sigmoid': (b, x) => ({
    ...x,
    id: b.op('HardSigmoid', [x.id], { attributes: { alpha: float(0.2), beta: float(0.5) } }),
  }),
};
