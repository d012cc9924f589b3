import { stringAttribute } from '../../graph/access.ts';
import type { Graph, Operator, TensorId } from '../../graph/graph.ts';
import type { HardwareLayer } from './hardware-layer.ts';
import type { Limits } from './limits.ts';
import { operatorLayer } from './operator-layer.ts';

/** Why the accelerator can't run an operator, and what to do about it. */
interface Refusal {
  readonly operator: number;
  readonly message: string;
}

/** A network as layers of the accelerator. */
export interface HardwareNetwork {
  readonly layers: readonly HardwareLayer[];
  readonly refusals: readonly Refusal[];
  /** Operators that the CPU runs before or after the network. */
  readonly software: ReadonlySet<number>;
  /** The tensor whose bytes another one has, itself where it has its own. */
  readonly bufferOf: (id: TensorId) => TensorId;
}

const views = /^(RESHAPE|SQUEEZE|EXPAND_DIMS|RELU)$/;
const ends = /^(QUANTIZE|DEQUANTIZE|SOFTMAX)$/;

/** The layers that a network becomes: pooling and element-wise sums join the convolution that alone reads them, activations the layer before them. */
export function hardwareNetwork(graph: Graph, limits: Limits): HardwareNetwork {
  const refusals: Refusal[] = [];
  const layers: HardwareLayer[] = [];
  const software = new Set<number>();
  const buffers = new Map<TensorId, TensorId>();
  const bufferOf = (id: TensorId) => buffers.get(id) ?? id;
  /** Operations that wait for the convolution behind them, by what they make. */
  const waiting = new Map<TensorId, HardwareLayer>();
  const readers = new Map<TensorId, Operator[]>();
  for (const operator of graph.operators) {
    for (const id of operator.inputs) if (id !== null) readers.set(id, [...(readers.get(id) ?? []), operator]);
  }

  graph.operators.forEach((operator, index) => {
    const [input, output] = [operator.inputs[0] ?? undefined, operator.outputs[0] ?? undefined];
    if (input === undefined || output === undefined) return;
    const refuse = (message: string) => refusals.push({ operator: index, message });
    if (views.test(operator.type)) {
      buffers.set(output, bufferOf(input));
      return;
    }
    if (ends.test(operator.type)) {
      const isFirst = operator.type === 'QUANTIZE' && graph.inputs.includes(bufferOf(input));
      if (operator.type === 'QUANTIZE' && !isFirst)
        refuse('rescales between layers, which only shift; let both sides have one scale');
      else if (!isFirst && (readers.get(output) ?? []).some(({ type }) => !ends.test(type))) {
        refuse('runs in software, which is there only before and after the network; move it to the end');
      } else software.add(index);
      return;
    }
    const activation = stringAttribute(operator, 'fused_activation_function', 'NONE');
    if (activation !== 'NONE' && activation !== 'RELU')
      refuse(`has the activation ${activation.slice(0, 40)}; ReLU alone is there`);
    const made = operatorLayer(graph, operator, index, limits, bufferOf);
    if ('refusal' in made) {
      refuse(made.refusal);
      return;
    }
    const before = waiting.get(made.inputs[0] ?? -1);
    const joins = before !== undefined && made.filter !== undefined && !made.shape.flatten;
    if (before !== undefined) {
      waiting.delete(before.output);
      if (!joins) layers.push(before);
    }
    const layer = joins ? joined(before, made) : made;
    const next = readersOf(output, readers);
    const waits =
      made.filter === undefined && next.length === 1 && /^(CONV_2D|FULLY_CONNECTED)$/.test(next[0]?.type ?? '');
    if (waits && !graph.outputs.includes(output)) waiting.set(output, layer);
    else layers.push(layer);
  });
  layers.push(...waiting.values());
  return { layers, refusals, software, bufferOf };
}

/** Who reads a tensor, or what only gives it another shape. */
function readersOf(id: TensorId, readers: ReadonlyMap<TensorId, readonly Operator[]>): readonly Operator[] {
  return (readers.get(id) ?? []).flatMap((reader) => {
    const made = reader.outputs[0];
    return views.test(reader.type) && made != null ? readersOf(made, readers) : [reader];
  });
}

function joined(before: HardwareLayer, { operators, output, shape, filter }: HardwareLayer): HardwareLayer {
  const { pool, operands } = before.shape;
  return {
    operators: [...before.operators, ...operators],
    inputs: before.inputs,
    output,
    input: before.input,
    shape: { ...shape, pool, operands },
    filter,
  };
}
