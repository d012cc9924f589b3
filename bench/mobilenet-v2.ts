import { makeRandom } from '../src/basics/random.ts';
import { emptyGraph } from '../src/graph/empty-graph.ts';
import { constantOf, tensorOf } from '../src/graph/evaluate/constant-value.ts';
import type { Attribute, Graph, Operator, Tensor, TensorId } from '../src/graph/graph.ts';

const ints = (...value: number[]): Attribute => ({ kind: 'ints', value });
const int = (value: number): Attribute => ({ kind: 'int', value });

/** Expansion, channels, repeats, stride of each group of blocks (Sandler et al. 2018, table 2). */
const groups = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/**
 * MobileNetV2 1.0 for square pictures (224 × 224 unless told) with 1000 classes as ONNX exporters leave it: batch norms folded, ReLU6 as Clip. Weights are random
 * (normal, He's variance; channels of unlike size in the depthwise layers, as training leaves them), so its answers mean nothing, its work and its ranges do. Takes values 0…255.
 */
export function mobileNetV2(resolution = 224): Graph {
  const tensors: Tensor[] = [];
  const operators: Operator[] = [];
  const random = makeRandom(2024);
  const uniform = () => (random(2 ** 24) + 0.5) / 2 ** 24;
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const tensor = (name: string, ...shape: number[]): TensorId =>
    tensors.push({ name, dtype: 'float32', shape: [1, ...shape] }) - 1;
  const constant = (name: string, shape: readonly number[], values: () => number): TensorId => {
    const elements = shape.reduce((product, extent) => product * extent, 1);
    const content = constantOf('float32', shape, Array.from({ length: elements }, values));
    return tensors.push(tensorOf(name, content)) - 1;
  };
  const add = (
    type: string,
    inputs: readonly TensorId[],
    output: TensorId,
    attributes: Readonly<Record<string, Attribute>> = {},
  ) => {
    const name = `${type}_${operators.length}`;
    operators.push({ name, type, domain: '', version: 13, inputs, outputs: [output], attributes });
    return output;
  };
  const zero = constant('zero', [], () => 0);
  const six = constant('six', [], () => 6);
  const clip = (input: TensorId, name: string, ...shape: number[]) =>
    add('Clip', [input, zero, six], tensor(`${name}_clip`, ...shape));
  const conv = (
    input: TensorId,
    name: string,
    [from, to, size]: readonly [number, number, number],
    [kernel, stride, group]: readonly [number, number, number],
    gain = 1,
  ): TensorId => {
    const perGroup = from / group;
    const deviation = gain * Math.sqrt(2 / (perGroup * kernel * kernel));
    let channel = 0;
    let unlike = 1;
    const weight = () => {
      if (channel++ % (perGroup * kernel * kernel) === 0) unlike = group > 1 ? 0.3 + 1.7 * uniform() : 1;
      return deviation * unlike * normal();
    };
    const weights = constant(`${name}_w`, [to, perGroup, kernel, kernel], weight);
    const bias = constant(`${name}_b`, [to], () => 0.3 * normal());
    const pad = (kernel - 1) / 2;
    return add('Conv', [input, weights, bias], tensor(name, to, size, size), {
      kernel_shape: ints(kernel, kernel),
      strides: ints(stride, stride),
      pads: ints(pad, pad, pad, pad),
      group: int(group),
    });
  };
  const input = tensor('x', 3, resolution, resolution);
  let size = resolution / 2;
  let channels = 32;
  let last = clip(conv(input, 'stem', [3, 32, size], [3, 2, 1], 1 / 127), 'stem', 32, size, size);
  for (const [expansion, out, repeats, firstStride] of groups) {
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      const name = `block${operators.length}`;
      const stride = repeat === 0 ? firstStride : 1;
      const inner = channels * expansion;
      const before = last;
      if (expansion > 1)
        last = clip(
          conv(last, `${name}_expand`, [channels, inner, size], [1, 1, 1]),
          `${name}_expand`,
          inner,
          size,
          size,
        );
      size /= stride;
      last = clip(
        conv(last, `${name}_depthwise`, [inner, inner, size], [3, stride, inner]),
        `${name}_depthwise`,
        inner,
        size,
        size,
      );
      last = conv(last, `${name}_project`, [inner, out, size], [1, 1, 1], 0.7);
      if (stride === 1 && channels === out) last = add('Add', [before, last], tensor(`${name}_sum`, out, size, size));
      channels = out;
    }
  }
  last = clip(conv(last, 'head', [channels, 1280, size], [1, 1, 1]), 'head', 1280, size, size);
  const pooled = add('GlobalAveragePool', [last], tensor('pooled', 1280, 1, 1));
  const flat = add('Flatten', [pooled], tensor('flat', 1280), { axis: int(1) });
  const weights = constant('scores_w', [1000, 1280], () => normal() / 20);
  const scores = add(
    'Gemm',
    [flat, weights, constant('scores_b', [1000], () => 0.1 * normal())],
    tensor('scores', 1000),
    {
      transB: int(1),
    },
  );
  return {
    ...emptyGraph('onnx', 'mobilenet-v2'),
    tensors,
    operators,
    inputs: [input],
    outputs: [scores],
  };
}
