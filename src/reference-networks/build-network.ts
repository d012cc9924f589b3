import type { Attribute, Graph, TensorId } from '../graph/graph.ts';
import { type Int8Graph, openInt8Graph } from './int8-graph.ts';
import { type Extent, parseSteps, type Step } from './steps.ts';

/** A network's input without the batch, and its steps as they are written. */
export interface NetworkText {
  readonly input: readonly number[];
  readonly steps: readonly string[];
}

const int = (value: number): Attribute => ({ kind: 'int', value });
const text = (value: string): Attribute => ({ kind: 'string', value });

/**
 * A list of steps as an int8 TensorFlow Lite graph, weights and biases as its quantisation specification has them.
 * @throws Error for steps that do not fit together: the lists are our own
 */
export function buildNetwork({ input, steps }: NetworkText): Graph {
  const making = openInt8Graph();
  const kept = new Map<string, TensorId>();
  const keptAs = (name: string): TensorId => {
    const id = kept.get(name);
    if (id === undefined) throw new Error(`nothing was kept as ${name}`);
    return id;
  };
  const first = making.activation([1, ...input]);
  let last = first;
  for (const step of parseSteps(steps)) {
    last = apply(step, last, making, keptAs);
    if (step.as !== undefined) kept.set(step.as, last);
  }
  return making.graph([first], [last]);
}

/** Adds a step that goes on from a tensor, or from what was kept before; gives what it writes. */
function apply(step: Step, from: TensorId, making: Int8Graph, keptAs: (name: string) => TensorId): TensorId {
  const { activation, add, weights, biases, shapeOf } = making;
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
      const attributes = { ...window(step), depth_multiplier: int(1), ...fused('RELU') };
      return add('DEPTHWISE_CONV_2D', [from, filter, biases(channels)], output, attributes);
    }
    case 'dense': {
      const shape = shapeOf(from);
      const features = shape.slice(1).reduce((product, extent) => product * extent, 1);
      const flat = shape.length === 2 ? from : making.reshape(from, [batch, features]);
      const output = activation([batch, step.units]);
      const inputs = [flat, making.denseWeights([step.units, features]), making.denseBiases(step.units)];
      return add('FULLY_CONNECTED', inputs, output, { ...fused('NONE'), weights_format: text('DEFAULT') }, 5);
    }
    case 'max-pool':
    case 'average-pool':
      return pool(step, from, making);
    case 'softmax': {
      const output = activation(shapeOf(from), 1 / 256, -128);
      return add('SOFTMAX', [from], output, { beta: { kind: 'float', value: 1 } }, 2);
    }
    case 'add':
      return add('ADD', [from, keptAs(step.name)], activation(shapeOf(from)), fused('RELU'), 2);
    case 'from':
      return keptAs(step.name);
  }
}

/** Over windows, or where a step names none over the whole image. */
function pool(
  step: Extract<Step, { kind: 'max-pool' | 'average-pool' }>,
  from: TensorId,
  { activation, add, shapeOf }: Int8Graph,
): TensorId {
  const [batch = 1, height = 1, width = 1, channels = 1] = shapeOf(from);
  const kernel: Extent = step.kernel ?? [height, width];
  const stride: Extent = step.kernel === undefined ? kernel : step.stride;
  const shape = step.kernel === undefined ? [1, 1] : reduced([height, width], stride);
  const attributes = {
    padding: text(step.kernel === undefined ? 'VALID' : 'SAME'),
    stride_h: int(stride[0]),
    stride_w: int(stride[1]),
    filter_height: int(kernel[0]),
    filter_width: int(kernel[1]),
    ...fused('NONE'),
  };
  const type = step.kind === 'max-pool' ? 'MAX_POOL_2D' : 'AVERAGE_POOL_2D';
  return add(type, [from], activation([batch, ...shape, channels]), attributes, 2);
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
