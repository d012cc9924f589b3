import { floatAttribute, intAttribute, stringAttribute } from '../graph/access.ts';
import type { Kernel, Node } from './kernel.ts';
import { floatLstm } from './lstm-float.ts';
import { integerLstm } from './lstm-integer.ts';
import type { GateTensors, LstmTensors } from './lstm-tensors.ts';
import { input, output, refuse, refuseTypes } from './refuse.ts';

/** UNIDIRECTIONAL_SEQUENCE_LSTM without peepholes, projection or normalisation: int8 or int16 with int8 weights and an int16 cell, or float. */
export const lstm: Kernel = (node) => {
  const tensors = tensorsOf(node);
  const { sequence, cell, inputGate } = tensors;
  if (sequence.dtype === 'float32' && cell.dtype === 'float32') return floatLstm(node, tensors);
  if (
    (sequence.dtype === 'int8' || sequence.dtype === 'int16') &&
    cell.dtype === 'int16' &&
    inputGate.inputWeights.dtype === 'int8'
  ) {
    return integerLstm(node, tensors);
  }
  return refuseTypes(node, sequence.dtype, inputGate.inputWeights.dtype, cell.dtype);
};

/** Positions of the inputs are those of LiteRT's operator (lstm_shared.h). */
function tensorsOf(node: Node): LstmTensors {
  for (const position of [9, 10, 11, 16, 17, 20, 21, 22, 23]) {
    if (node.inputs[position] !== undefined) {
      refuse(node, 'TensorFlow Lite Micro has no LSTM with peepholes, projection or normalisation');
    }
  }
  const gate = (index: number): GateTensors => ({
    inputWeights: input(node, 1 + index),
    recurrentWeights: input(node, 5 + index),
    bias: input(node, 12 + index),
  });
  const sequence = input(node, 0);
  const hidden = input(node, 18);
  const cell = input(node, 19);
  const result = output(node);
  const timeMajor = intAttribute(node.operator, 'time_major', 0) !== 0;
  const [outer = 1, inner = 1, depth = 1] = sequence.shape;
  const units = hidden.shape[1] ?? 1;
  const gates = [gate(0), gate(1), gate(2), gate(3)] as const;
  const batches = timeMajor ? inner : outer;
  const steps = timeMajor ? outer : inner;
  const fits =
    sequence.shape.length === 3 &&
    result.values.length === batches * steps * units &&
    cell.values.length === batches * units &&
    hidden.values.length === batches * units &&
    gates.every(
      ({ inputWeights, recurrentWeights, bias }) =>
        inputWeights.values.length === units * depth &&
        recurrentWeights.values.length === units * units &&
        bias.values.length === units,
    );
  if (!fits) refuse(node, 'its weights, states and output do not fit each other');
  const activation = stringAttribute(node.operator, 'fused_activation_function', 'NONE');
  return {
    sequence,
    hidden,
    cell,
    result,
    inputGate: gates[0],
    forgetGate: gates[1],
    cellGate: gates[2],
    outputGate: gates[3],
    batches,
    steps,
    depth,
    units,
    timeMajor,
    cellActivation: activation === 'TANH' ? 'tanh' : 'other',
    cellClip: floatAttribute(node.operator, 'cell_clip', 0),
  };
}
