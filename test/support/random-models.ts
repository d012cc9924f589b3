import fc from 'fast-check';
import { emptyGraph } from '../../src/graph/empty-graph.ts';
import type { Attribute, Dialect, Graph, Operator, Shape, Tensor, TensorId } from '../../src/graph/graph.ts';

/** A layer of a network that a test makes up; it stays the same layer as long as its `id` does. */
export interface LayerSpec {
  readonly id: number;
  readonly kind: 'conv' | 'relu' | 'sigmoid' | 'add';
  /** Ids of the layers that it reads; -1 is the model's input. */
  readonly from: readonly number[];
  readonly width: number;
  readonly seed: number;
  readonly dilation: number;
}

/** A network in the order in which it runs, every layer behind what it reads; the last one is given back. */
export type NetworkSpec = readonly LayerSpec[];

/** How a network is written down. */
export interface Writing {
  readonly dialect: Dialect;
  readonly opset: number;
  readonly nameOf: (layer: LayerSpec, index: number) => string;
  readonly size: number;
  /** With integers of this step, or in floats. */
  readonly step: number | undefined;
  /** What is added to every weight, by layer. */
  readonly shift: (layer: LayerSpec) => number;
}

const plainWriting: Writing = {
  dialect: 'onnx',
  opset: 13,
  nameOf: ({ kind, id }) => `net/${kind}_${id}`,
  size: 8,
  step: undefined,
  shift: () => 0,
};

const inputChannels = 3;

/** Networks of convolutions with what comes between them, residual sums and branches among it. Only sums read two layers. */
export function anyNetwork(maxLength = 24): fc.Arbitrary<NetworkSpec> {
  const layer = fc.record({
    kind: fc.constantFrom('conv', 'conv', 'relu', 'sigmoid', 'add' as const),
    back: fc.nat(3),
    other: fc.nat(6),
    width: fc.integer({ min: 2, max: 5 }),
    seed: fc.nat(1_000_000),
  });
  return fc.array(layer, { minLength: 4, maxLength }).map((drawn) => {
    const layers: LayerSpec[] = [];
    drawn.forEach(({ kind, back, other, width, seed }, id) => {
      const first = back === 3 && id > 1 ? id - 2 : id - 1;
      const second = Math.max(-1, id - 1 - other);
      const from = kind === 'add' && second !== first ? [first, second] : [first];
      layers.push({
        id,
        kind: kind === 'add' && from.length === 1 ? 'relu' : kind,
        from,
        width,
        // No two layers have the same weights.
        seed: seed * 100 + id,
        dilation: 1,
      });
    });
    return layers;
  });
}

/** The graph of a network. Shapes are those of its convolutions; sums take their first operand's. */
export function writeNetwork(network: NetworkSpec, overrides: Partial<Writing> = {}): Graph {
  const writing = { ...plainWriting, ...overrides };
  const { dialect, opset, nameOf, size, step, shift } = writing;
  const isTflite = dialect === 'tflite';
  const image = (channels: number): Shape => (isTflite ? [1, size, size, channels] : [1, channels, size, size]);
  const dtype = step === undefined ? 'float32' : 'int8';
  const quantization = step === undefined ? {} : { quantization: { scale: [step], zeroPoint: [0], axis: 0 } };
  const tensors: Tensor[] = [{ name: 'input', dtype, shape: image(inputChannels), ...quantization }];
  const ids = new Map<number, TensorId>([[-1, 0]]);
  const widths = new Map<number, number>([[-1, inputChannels]]);
  const operators = network.map((layer, index): Operator => {
    const inputs = layer.from.map((id) => ids.get(id) ?? 0);
    const depth = widths.get(layer.from[0] ?? -1) ?? inputChannels;
    const width = layer.kind === 'conv' ? layer.width : depth;
    const name = nameOf(layer, index);
    if (layer.kind === 'conv') {
      const shape = isTflite ? [width, 3, 3, depth] : [width, depth, 3, 3];
      const values = randomWeights(layer.seed, width * depth * 9).map((value) => value + shift(layer));
      const data = step === undefined ? bytesOf(Float32Array.from(values)) : bytesOf(roundedTo(values, step / 4));
      const steps = step === undefined ? {} : { quantization: { scale: [step / 4], zeroPoint: [0], axis: 0 } };
      inputs.push(tensors.push({ name: `${name}/weights`, dtype, shape, data, ...steps }) - 1);
    }
    const output = tensors.push({ name, dtype, shape: image(width), ...quantization }) - 1;
    ids.set(layer.id, output);
    widths.set(layer.id, width);
    const attributes = layer.kind === 'conv' ? convAttributes(dialect, layer.dilation) : {};
    const type = typeNames[layer.kind][isTflite ? 1 : 0];
    return { name, type, domain: '', version: isTflite ? 1 : opset, inputs, outputs: [output], attributes };
  });
  const last = ids.get(network.at(-1)?.id ?? -1) ?? 0;
  return {
    ...emptyGraph(dialect, 'net'),
    tensors,
    operators,
    inputs: [0],
    outputs: [last],
  };
}

const typeNames = {
  conv: ['Conv', 'CONV_2D'],
  relu: ['Relu', 'RELU'],
  sigmoid: ['Sigmoid', 'LOGISTIC'],
  add: ['Add', 'ADD'],
} as const;

function convAttributes(dialect: Dialect, dilation: number): Readonly<Record<string, Attribute>> {
  if (dialect === 'tflite') {
    return {
      padding: { kind: 'string', value: 'SAME' },
      stride_w: { kind: 'int', value: 1 },
      stride_h: { kind: 'int', value: 1 },
      dilation_w_factor: { kind: 'int', value: dilation },
      dilation_h_factor: { kind: 'int', value: dilation },
    };
  }
  return {
    auto_pad: { kind: 'string', value: 'SAME_UPPER' },
    dilations: { kind: 'ints', value: [dilation, dilation] },
  };
}

function randomWeights(seed: number, count: number): number[] {
  let state = (seed * 2654435761 + 1) >>> 0;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

function roundedTo(values: readonly number[], step: number): Int8Array {
  return Int8Array.from(values, (value) => Math.max(-128, Math.min(127, Math.round(value / step))));
}

function bytesOf(array: Float32Array | Int8Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
