import fc from 'fast-check';
import type { Graph, TensorId } from '../../src/graph/graph.ts';
import { float, type GraphBuilder, int, ints, noise, onnxGraph } from '../support/onnx-graphs.ts';
import { idioms, type Value } from './random-idioms.ts';

/** One operator: which of the tensors so far it takes (−1: the last), and a number for every choice that it has. */
interface Step {
  readonly kind: (typeof kinds)[number];
  readonly from: number;
  readonly other: number;
  readonly seed: number;
}

const kinds = [
  'unary',
  'clamp',
  'constant',
  'binary',
  'transpose',
  'undo',
  'reshape',
  'concat',
  'slice',
  'pad',
  'reduce',
  'softmax',
  'conv',
  'norm',
  'split',
  'gelu',
  'identity',
  'swish',
  'idiom',
] as const;
const idiomNames = Object.keys(idioms);

const perms: readonly (readonly number[])[] = [
  [0, 2, 3, 1],
  [0, 3, 1, 2],
  [0, 1, 3, 2],
  [0, 1, 2, 3],
];
const unary = ['Relu', 'Sigmoid', 'Neg', 'Abs', 'Tanh', 'Softplus'];
const counted = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

function add(b: GraphBuilder, values: readonly Value[], { kind, from, other, seed }: Step): Value | undefined {
  const x = values.at(from < 0 ? -1 : from % values.length) as Value;
  const y = values[other % values.length] as Value;
  const name = `s${values.length}_${seed}`;
  const scalar = (value: number): TensorId => b.constant(`${name}_${value}`, [], [value]);
  const integers = (part: string, list: readonly number[]): TensorId =>
    b.constant(`${name}_${part}`, [list.length], list, 'int64');
  const same = (id: TensorId): Value => ({ id, shape: x.shape });
  const axis = seed % 4;
  const turned = (perm: readonly number[]): Value => ({
    id: b.op('Transpose', [x.id], { attributes: { perm: ints(...perm) } }),
    shape: perm.map((from) => x.shape[from] as number),
  });
  switch (kind) {
    case 'unary':
      return same(b.op(unary[seed % unary.length] as string, [x.id]));
    case 'clamp':
      return same(seed % 2 ? b.op('Clip', [x.id, scalar(-0.5), scalar(seed % 7)]) : b.op('Max', [x.id, scalar(0)]));
    case 'constant': {
      const shape = x.shape.map((extent, at) => (at === axis || seed % 3 === 0 ? extent : 1));
      const constant = b.constant(
        `${name}_c`,
        shape,
        noise(counted(shape), seed).map((value) => value + 1.5),
      );
      return same(
        b.op(['Add', 'Sub', 'Mul', 'Div'][seed % 4] as string, seed % 5 ? [x.id, constant] : [constant, x.id]),
      );
    }
    case 'binary':
      return x.shape.join() === y.shape.join()
        ? same(b.op(['Add', 'Sub', 'Mul'][seed % 3] as string, [x.id, y.id]))
        : undefined;
    case 'transpose':
      return turned(perms[seed % perms.length] as readonly number[]);
    case 'undo':
      return turned([0, 3, 1, 2]);
    case 'reshape': {
      const shape = [1, x.shape[2] as number, (x.shape[1] as number) * (x.shape[3] as number), 1];
      return { id: b.op('Reshape', [x.id, integers('r', seed % 2 ? shape : [...shape.slice(0, 2), -1, 1])]), shape };
    }
    case 'concat': {
      if (x.shape.some((extent, at) => at !== 1 && extent !== y.shape[at])) return undefined;
      const shape = x.shape.map((extent, at) => (at === 1 ? extent + (y.shape[1] as number) : extent));
      return counted(shape) > 4096
        ? undefined
        : { id: b.op('Concat', [x.id, y.id], { attributes: { axis: int(1) } }), shape };
    }
    case 'slice': {
      const extent = x.shape[axis] as number;
      const step = seed % 3 === 0 && extent > 2 ? 2 : 1;
      const start = extent > 1 ? 1 : 0;
      const id = b.op('Slice', [
        x.id,
        integers('b', [start]),
        integers('e', [9999]),
        integers('a', [axis]),
        integers('t', [step]),
      ]);
      return { id, shape: x.shape.map((e, at) => (at === axis ? Math.ceil((e - start) / step) : e)) };
    }
    case 'pad': {
      const shape = [
        x.shape[0] as number,
        x.shape[1] as number,
        (x.shape[2] as number) + 1,
        (x.shape[3] as number) + 2,
      ];
      return { id: b.op('Pad', [x.id, integers('p', [0, 0, 1, 0, 0, 0, 0, 2])]), shape };
    }
    case 'reduce': {
      const axes = seed % 2 ? [2, 3] : [axis];
      const id = b.op(seed % 3 ? 'ReduceMean' : 'ReduceMax', [x.id], {
        attributes: { axes: ints(...axes), keepdims: int(1) },
      });
      return { id, shape: x.shape.map((extent, at) => (axes.includes(at) ? 1 : extent)) };
    }
    case 'softmax':
      return same(b.op('Softmax', [x.id], { attributes: { axis: int(axis) } }));
    case 'conv': {
      const [channels = 1] = x.shape.slice(1);
      const out = 1 + (seed % 5);
      const w = b.constant(`${name}_w`, [out, channels, 1, 1], noise(out * channels, seed));
      return { id: b.op('Conv', [x.id, w]), shape: [x.shape[0] as number, out, ...x.shape.slice(2)] };
    }
    case 'norm': {
      const [channels = 1] = x.shape.slice(1);
      const statistics = ['g', 'b', 'm', 'v'].map((part, i) =>
        b.constant(
          `${name}_${part}`,
          [channels],
          noise(channels, seed + i).map((value) => Math.abs(value) + 0.3),
        ),
      );
      return same(b.op('BatchNormalization', [x.id, ...statistics]));
    }
    case 'split': {
      if ((x.shape[1] as number) % 2 !== 0) return undefined;
      b.op('Split', [x.id], { outputs: [`${name}_l`, `${name}_r`], attributes: { axis: int(1) } });
      const halves = [b.id(`${name}_l`), b.id(`${name}_r`)];
      return same(b.op('Concat', seed % 2 ? halves : halves.reverse(), { attributes: { axis: int(1) } }));
    }
    case 'gelu': {
      const gate = b.op('Add', [b.op('Erf', [b.op('Div', [x.id, scalar(Math.SQRT2)])]), scalar(1)]);
      return same(b.op('Mul', [b.op('Mul', [x.id, gate]), scalar(0.5)]));
    }
    case 'idiom':
      return idioms[idiomNames[seed % idiomNames.length] as string]?.(b, x, name, seed);
    case 'identity':
      return same(b.op(seed % 2 ? 'Identity' : 'Dropout', [x.id]));
    case 'swish':
      return same(
        b.op('Mul', [x.id, b.op('HardSigmoid', [x.id], { attributes: { alpha: float(Math.fround(1 / 6)) } })]),
      );
  }
}

/** The graph that steps make; steps that do not fit are left out. */
export function built(made: readonly Step[]): Graph {
  const b = onnxGraph(13);
  const values: Value[] = [{ id: b.input('x', [made.length % 2 ? 'N' : 1, 4, 6, 5]), shape: [1, 4, 6, 5] }];
  for (const step of made) {
    const value = add(b, values, step);
    if (value !== undefined) values.push(value);
  }
  const outputs = new Set([values.at(-1), values[Math.floor(values.length / 2)]].map((value) => value?.id ?? 0));
  return b.build(...[...outputs].filter((id) => id !== values[0]?.id));
}

/** Steps of a random graph. */
export const steps = fc.array(
  fc.record({
    kind: fc.oneof(
      { weight: 2, arbitrary: fc.constantFrom(...kinds) },
      { weight: 1, arbitrary: fc.constant('idiom' as const) },
    ),
    // Mostly the tensor before, as in real networks, so that there is something to find.
    from: fc.oneof({ weight: 4, arbitrary: fc.constant(-1) }, { weight: 1, arbitrary: fc.nat(20) }),
    other: fc.nat(20),
    seed: fc.integer({ min: 1, max: 1000 }),
  }),
  { minLength: 3, maxLength: 16 },
);
