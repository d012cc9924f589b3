import { floatAttribute, tensorAt } from '../../graph/access.ts';
import { constantNumbers } from '../../graph/constant-numbers.ts';
import type { Graph, Operator, Tensor, TensorId } from '../../graph/graph.ts';
import { roundRange, symmetricParameters } from '../integer-parameters.ts';
import { integerLayer, quantizedConstant } from './constants.ts';
import type { Form } from './parameters.ts';
import {
  biases,
  cellState,
  features,
  hiddenState,
  inputWeights,
  recurrentWeights,
  svdfBias,
  svdfState,
  times,
} from './recurrent-inputs.ts';
import type { Rewriting } from './rewriting.ts';

/** Tensors besides inputs and results whose ranges a recurrent layer needs. */
export function observedStates(operator: Operator): readonly TensorId[] {
  const state = operator.type === 'SVDF' ? operator.inputs[svdfState] : undefined;
  return typeof state === 'number' ? [state] : [];
}

/** The integer form of a recurrent layer. */
export function integerRecurrent(rewriting: Rewriting, operator: Operator, index: number, version: number): Operator {
  const inputs = [...operator.inputs];
  inputs[0] = rewriting.taken(index, 0);
  const [output] = operator.outputs;
  const result = rewriting.forms.made(output as TensorId) as Form;
  const source = rewriting.forms.taken(index, 0);
  const outputs = operator.outputs.map((id) => (id === null ? null : rewriting.made(id)));
  const common = { ...operator, outputs, version: Math.max(operator.version, version) };
  const { asymmetric_quantize_inputs: _, ...attributes } = operator.attributes;
  if (operator.type === 'SVDF') return { ...common, inputs: svdfInputs(rewriting, inputs, source), attributes };
  const { cell, clip } = cellForm(operator);
  const cellClip = { kind: 'float', value: clip } as const;
  const scratch = (dtype: 'float32' | 'int8', form?: Form) =>
    rewriting.add({
      name: `${operator.name}_intermediate`,
      dtype,
      shape: [0],
      ...(form === undefined ? {} : { quantization: quantizationOf(form) }),
    });
  return {
    ...common,
    inputs: lstmInputs(rewriting, inputs, source, result, cell),
    // LiteRT reads the hidden scale from the last of them.
    intermediates: [
      scratch('float32'),
      scratch('float32'),
      scratch('float32'),
      scratch('float32'),
      scratch('int8', result),
    ],
    attributes: { ...attributes, cell_clip: cellClip },
  };
}

/**
 * The int16 cell: its scale has to be a power of two. Up to 16, or what it is clipped to where that is 8 at most: beyond 8, tanh is 1 in Q0.15.
 * The integer kernels clip always, the float ones only where the option is not 0.
 */
function cellForm(operator: Operator): { readonly cell: Form; readonly clip: number } {
  const given = floatAttribute(operator, 'cell_clip', 0);
  const scale = given > 0 && given < 8 ? 2 ** -12 : 2 ** -11;
  return { cell: { dtype: 'int16', scale, zeroPoint: 0 }, clip: given > 0 ? given : scale * 32767 };
}

function lstmInputs(
  { graph, add }: Rewriting,
  inputs: (TensorId | null)[],
  source: Form,
  result: Form,
  cell: Form,
): (TensorId | null)[] {
  const at = (position: number): Tensor => tensorAt(graph, inputs[position] as TensorId);
  const options = { axis: undefined, channels: Number(at(hiddenState).shape?.[1] ?? 1), hasBias: false };
  const next = [...inputs];
  inputWeights.forEach((position, gate) => {
    const bias = biases[gate] ?? 0;
    const own = integerLayer(at(position), at(bias), source, options);
    next[position] = add(own.weights);
    if (own.bias !== undefined) next[bias] = add(own.bias);
    const recurrent = recurrentWeights[gate] ?? 0;
    next[recurrent] = add(integerLayer(at(recurrent), undefined, result, options).weights);
  });
  next[hiddenState] = add({ ...at(hiddenState), dtype: 'int8', quantization: quantizationOf(result) });
  next[cellState] = add({ ...at(cellState), dtype: 'int16', quantization: quantizationOf(cell) });
  return next;
}

/** Feature weights int8; time weights and state int16, with twice the room that the state was seen to need; the bias at scale state × time weights. */
function svdfInputs({ graph, add, ranges }: Rewriting, inputs: (TensorId | null)[], source: Form): (TensorId | null)[] {
  const at = (position: number): Tensor => tensorAt(graph, inputs[position] as TensorId);
  const range = roundRange(ranges.get(inputs[svdfState] as TensorId) ?? { min: -1, max: 1 });
  const state: Form = { dtype: 'int16', ...symmetricParameters({ min: 2 * range.min, max: 2 * range.max }) };
  const spread = (constantNumbers(at(times)) ?? []).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const time: Form = { dtype: 'int16', ...symmetricParameters({ min: -spread, max: spread }) };
  const next = [...inputs];
  next[features] = add(
    integerLayer(at(features), undefined, source, { axis: undefined, channels: 1, hasBias: false }).weights,
  );
  next[times] = add(quantizedConstant(at(times), time));
  const scale = Math.fround(state.scale * time.scale);
  const given = inputs[svdfBias];
  const zeros = { name: 'bias', dtype: 'float32' as const, shape: [unitsOf(graph, inputs)] };
  const values = typeof given === 'number' ? constantNumbers(tensorAt(graph, given)) : undefined;
  const integers = Int32Array.from({ length: zeros.shape[0] ?? 0 }, (_, unit) =>
    Math.round((values?.[unit] ?? 0) / scale),
  );
  next[svdfBias] = add({
    ...(typeof given === 'number' ? tensorAt(graph, given) : zeros),
    dtype: 'int32',
    data: new Uint8Array(integers.buffer),
    quantization: { scale: [scale], zeroPoint: [0], axis: 0 },
  });
  next[svdfState] = add({ ...at(svdfState), dtype: 'int16', quantization: quantizationOf(state) });
  return next;
}

/** Results of an SVDF: the state has a column of memory for each filter, and as many filters per result as its rank. */
function unitsOf(graph: Graph, inputs: readonly (TensorId | null)[]): number {
  const user = graph.operators.find((operator) => operator.inputs[svdfState] === inputs[svdfState]);
  const [output] = user?.outputs ?? [];
  const shape = typeof output === 'number' ? tensorAt(graph, output).shape : undefined;
  return Number(shape?.at(-1) ?? 1);
}

function quantizationOf({ scale, zeroPoint }: Form): NonNullable<Tensor['quantization']> {
  return { scale: [scale], zeroPoint: [zeroPoint], axis: 0 };
}
