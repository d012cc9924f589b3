import { emptyGraph } from '../graph/empty-graph.ts';
import type { Attribute, Graph, Operator, Quantization, Tensor, TensorId } from '../graph/graph.ts';
import { type Extent, parseSteps, type Step } from './steps.ts';

/** A network's input without the batch, and its steps as they are written. */
export interface NetworkText {
  readonly input: readonly number[];
  readonly steps: readonly string[];
}

const int = (value: number): Attribute => ({ kind: 'int', value });
const text = (value: string): Attribute => ({ kind: 'string', value });
const activationScale = 0.05;
const weightScale = 0.01;

/**
 * A list of steps as an int8 TensorFlow Lite graph, weights and biases as its quantisation specification has them.
 * @throws Error for steps that do not fit together: the lists are our own
 */
export function buildNetwork({ input, steps }: NetworkText): Graph {
  const tensors: Tensor[] = [];
  const operators: Operator[] = [];
  const kept = new Map<string, TensorId>();
  const activation = (shape: readonly number[], scale = activationScale, zeroPoint = 0): TensorId =>
    tensors.push({
      name: `t${tensors.length}`,
      dtype: 'int8',
      shape,
      quantization: { scale: [scale], zeroPoint: [zeroPoint], axis: 0 },
    }) - 1;
  const shapeOf = (id: TensorId) => (tensors[id]?.shape ?? []) as readonly number[];
  const add = (
    type: string,
    inputs: readonly TensorId[],
    output: TensorId,
    attributes: Readonly<Record<string, Attribute>>,
    version = 3,
  ): TensorId => {
    operators.push({
      name: tensors[output]?.name ?? '',
      type,
      domain: '',
      version,
      inputs,
      outputs: [output],
      attributes,
    });
    return output;
  };
  const constant = (
    name: string,
    dtype: 'int8' | 'int32',
    shape: readonly number[],
    quantization?: Quantization,
  ): TensorId => {
    const count = shape.reduce((product, extent) => product * extent, 1);
    const data = new Uint8Array(count * (dtype === 'int8' ? 1 : 4)).fill(dtype === 'int8' ? 1 : 0);
    return (
      tensors.push({
        name: `t${tensors.length}/${name}`,
        dtype,
        shape,
        data,
        ...(quantization === undefined ? {} : { quantization }),
      }) - 1
    );
  };
  const weights = (shape: readonly number[], axis: number): TensorId =>
    constant('weights', 'int8', shape, perChannel(shape[axis] ?? 1, weightScale, axis));
  const biases = (channels: number): TensorId =>
    constant('bias', 'int32', [channels], perChannel(channels, activationScale * weightScale, 0));

  // Converters gave dense layers one scale when these networks were published.
  const denseWeights = (shape: readonly number[]): TensorId =>
    constant('weights', 'int8', shape, perChannel(1, weightScale, 0));
  const denseBiases = (units: number): TensorId =>
    constant('bias', 'int32', [units], perChannel(1, activationScale * weightScale, 0));

  const apply = (step: Step, from: TensorId): TensorId => {
    const [batch = 1, height = 1, width = 1, channels = 1] = shapeOf(from);
    switch (step.kind) {
      case 'conv': {
        const output = activation([batch, ...reduced([height, width], step.stride), step.channels]);
        const filter = weights([step.channels, ...step.kernel, channels], 0);
        return add('CONV_2D', [from, filter, biases(step.channels)], output, { ...window(step), ...fused('RELU') });
      }
      case 'depthwise': {
        const output = activation([batch, ...reduced([height, width], step.stride), channels]);
        const filter = weights([1, ...step.kernel, channels], 3);
        return add('DEPTHWISE_CONV_2D', [from, filter, biases(channels)], output, {
          ...window(step),
          depth_multiplier: int(1),
          ...fused('RELU'),
        });
      }
      case 'dense': {
        const features = shapeOf(from)
          .slice(1)
          .reduce((product, extent) => product * extent, 1);
        const flat = shapeOf(from).length === 2 ? from : reshape(from, [batch, features]);
        const output = activation([batch, step.units]);
        return add(
          'FULLY_CONNECTED',
          [flat, denseWeights([step.units, features]), denseBiases(step.units)],
          output,
          {
            ...fused('NONE'),
            weights_format: text('DEFAULT'),
          },
          5,
        );
      }
      case 'max-pool':
      case 'average-pool': {
        const kernel: Extent = step.kernel ?? [height, width];
        const stride: Extent = step.kernel === undefined ? kernel : step.stride;
        const shape = step.kernel === undefined ? [1, 1] : reduced([height, width], stride);
        const output = activation([batch, ...shape, channels]);
        return add(
          step.kind === 'max-pool' ? 'MAX_POOL_2D' : 'AVERAGE_POOL_2D',
          [from],
          output,
          {
            padding: text(step.kernel === undefined ? 'VALID' : 'SAME'),
            stride_h: int(stride[0]),
            stride_w: int(stride[1]),
            filter_height: int(kernel[0]),
            filter_width: int(kernel[1]),
            ...fused('NONE'),
          },
          2,
        );
      }
      case 'softmax':
        return add(
          'SOFTMAX',
          [from],
          activation(shapeOf(from), 1 / 256, -128),
          { beta: { kind: 'float', value: 1 } },
          2,
        );
      case 'add':
        return add('ADD', [from, keptAs(step.name)], activation(shapeOf(from)), fused('RELU'), 2);
      case 'from':
        return keptAs(step.name);
    }
  };
  const reshape = (from: TensorId, shape: readonly number[]): TensorId => {
    const extents = new Uint8Array(Int32Array.from(shape).buffer);
    const target =
      tensors.push({ name: `t${tensors.length}/shape`, dtype: 'int32', shape: [shape.length], data: extents }) - 1;
    return add('RESHAPE', [from, target], activation(shape), { new_shape: { kind: 'ints', value: shape } }, 1);
  };
  const keptAs = (name: string): TensorId => {
    const id = kept.get(name);
    if (id === undefined) throw new Error(`nothing was kept as ${name}`);
    return id;
  };

  const first = activation([1, ...input]);
  let last = first;
  for (const step of parseSteps(steps)) {
    last = apply(step, last);
    if (step.as !== undefined) kept.set(step.as, last);
  }
  return {
    ...emptyGraph('tflite', 'main'),
    tensors,
    operators,
    inputs: [first],
    outputs: [last],
  };
}

function perChannel(channels: number, scale: number, axis: number): Quantization {
  return {
    scale: Array.from({ length: channels }, () => scale),
    zeroPoint: Array.from({ length: channels }, () => 0),
    axis,
  };
}

function fused(activation: 'NONE' | 'RELU'): Readonly<Record<string, Attribute>> {
  return { fused_activation_function: text(activation) };
}

function window({ stride }: { readonly stride: Extent }): Readonly<Record<string, Attribute>> {
  return {
    padding: text('SAME'),
    stride_h: int(stride[0]),
    stride_w: int(stride[1]),
    dilation_h_factor: int(1),
    dilation_w_factor: int(1),
  };
}

function reduced([height, width]: Extent, stride: Extent): Extent {
  return [Math.ceil(height / stride[0]), Math.ceil(width / stride[1])];
}
