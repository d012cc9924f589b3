import { dotFloat } from './convolution.ts';
import type { Node } from './kernel.ts';
import { logisticFloat } from './logistic.ts';
import { forEachStep, type GateTensors, type LstmTensors } from './lstm-tensors.ts';
import { float32 } from './refuse.ts';

/** The float LSTM. Hidden and cell state are the operator's variable tensors and go on into the next invocation. */
export function floatLstm(node: Node, tensors: LstmTensors): () => void {
  const { depth, units, cellClip } = tensors;
  const sequence = float32(node, tensors.sequence);
  const hidden = float32(node, tensors.hidden);
  const cell = float32(node, tensors.cell);
  const result = float32(node, tensors.result);
  const f = Math.fround;
  const sigmoid = (value: number) => f(logisticFloat(value));
  const tanh = (value: number) => f(Math.tanh(value));

  const gateOf = (gate: GateTensors, activate: (value: number) => number) => {
    const weights = float32(node, gate.inputWeights);
    const recurrent = float32(node, gate.recurrentWeights);
    const bias = float32(node, gate.bias);
    const values = new Float32Array(units);
    return (inputAt: number, hiddenAt: number) => {
      for (let unit = 0; unit < units; unit++) {
        const own = f(dotFloat(sequence, inputAt, weights, unit * depth, depth, 0) + (bias[unit] as number));
        const past = dotFloat(hidden, hiddenAt, recurrent, unit * units, units, 0);
        values[unit] = activate(f(own + past));
      }
      return values;
    };
  };
  const forget = gateOf(tensors.forgetGate, sigmoid);
  const admit = gateOf(tensors.inputGate, sigmoid);
  // The reference kernel knows no other activation for the cell gate, and applies none.
  const propose = gateOf(tensors.cellGate, tensors.cellActivation === 'tanh' ? tanh : (value) => value);
  const emit = gateOf(tensors.outputGate, sigmoid);

  return () =>
    forEachStep(tensors, (batch, _, inputAt, outputAt) => {
      const stateAt = batch * units;
      const forgotten = forget(inputAt, stateAt);
      const admitted = admit(inputAt, stateAt);
      const proposed = propose(inputAt, stateAt);
      const emitted = emit(inputAt, stateAt);
      for (let unit = 0; unit < units; unit++) {
        const kept = f((forgotten[unit] as number) * (cell[stateAt + unit] as number));
        const added = f(kept + f((admitted[unit] as number) * (proposed[unit] as number)));
        const value = cellClip > 0 ? Math.max(-cellClip, Math.min(cellClip, added)) : added;
        cell[stateAt + unit] = value;
        hidden[stateAt + unit] = tanh(value) * (emitted[unit] as number);
        result[outputAt + unit] = hidden[stateAt + unit] as number;
      }
    });
}
