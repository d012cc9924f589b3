import { typeRange } from './arithmetic/activation.ts';
import { fixedPoint, reducedMultiplier, requantize, requantizeWide } from './arithmetic/fixed-point.ts';
import { logisticInt16, type TableScaling, tanhInt16 } from './arithmetic/sigmoid.ts';
import { dotShifted } from './fully-connected.ts';
import type { Node } from './kernel.ts';
import { forEachStep, type GateTensors, type LstmTensors } from './lstm-tensors.ts';
import { refuse } from './refuse.ts';
import type { Value } from './values.ts';

type Activations = Int8Array | Int16Array;

/** A gate's sum, an int16 in Q3.12, before its activation. `past` is `undefined` at the first step. */
type GateSum = (unit: number, from: Activations, at: number, past: Activations | undefined, pastAt: number) => number;

/** A gate's values in Q0.15 for every unit. */
type Gate = (from: Activations, at: number, past: Activations | undefined, pastAt: number) => Int16Array;

/** Q3.12 to the table's scale. */
const gateScaling: TableScaling = { multiplier: 3, shift: 0 };

/**
 * The integer LSTM as CMSIS-NN computes it (arm_lstm_unidirectional_s8 and _s16): gates in Q3.12, their values in Q0.15, an int16 cell. TensorFlow
 * Lite Micro gives it no hidden state, so every invocation starts anew: the cell is cleared, and the first step adds nothing recurrent.
 */
export function integerLstm(node: Node, tensors: LstmTensors): () => void {
  const { sequence, cell, hidden, result, units, steps } = tensors;
  const from = sequence.values as Activations;
  const to = result.values as Activations;
  const range = typeRange(result.dtype);
  const gate = (own: GateTensors, activate: (value: number) => number) => gateOf(node, tensors, own, activate);
  const sigmoid = (value: number) => logisticInt16(value, gateScaling);
  const forget = gate(tensors.forgetGate, sigmoid);
  const admit = gate(tensors.inputGate, sigmoid);
  const propose = gate(
    tensors.cellGate,
    tensors.cellActivation === 'tanh' ? (value) => tanhInt16(value, gateScaling) : sigmoid,
  );
  const emit = gate(tensors.outputGate, sigmoid);

  const unit = 2 ** -15;
  const keep = fixedPoint((unit * cell.scale) / cell.scale);
  const add = fixedPoint((unit * unit) / cell.scale);
  const emission = fixedPoint((unit * unit) / hidden.scale);
  const clip = Math.trunc(Math.min(32767, Math.max(-32768, tensors.cellClip / cell.scale)));
  const cellScaling = tanhScaling(cell.scale);
  const state = new Int16Array(units);

  return () =>
    forEachStep(tensors, (_, time, inputAt, outputAt) => {
      if (time === 0) state.fill(0);
      const past = time === 0 ? undefined : to;
      const pastAt = outputAt - units * (tensors.timeMajor ? to.length / (steps * units) : 1);
      const forgotten = forget(from, inputAt, past, pastAt);
      const admitted = admit(from, inputAt, past, pastAt);
      const proposed = propose(from, inputAt, past, pastAt);
      const emitted = emit(from, inputAt, past, pastAt);
      for (let index = 0; index < units; index++) {
        const kept = requantize((forgotten[index] as number) * (state[index] as number), keep.multiplier, keep.shift);
        const added = requantize((admitted[index] as number) * (proposed[index] as number), add.multiplier, add.shift);
        state[index] = Math.min(clip, Math.max(-clip, added + clamp16(kept)));
        const squashed = (tanhInt16(state[index] as number, cellScaling) << 16) >> 16;
        const raw =
          requantize((emitted[index] as number) * squashed, emission.multiplier, emission.shift) + hidden.zeroPoint;
        to[outputAt + index] = raw < range.min ? range.min : raw > range.max ? range.max : raw;
      }
    });
}

/** The cell's scale is a power of two; a finer one than 2^-12 is shifted right with rounding (arm_nn_activation_s16). */
function tanhScaling(scale: number): TableScaling {
  const left = Math.round(Math.log2(scale)) + 12;
  return left < 0 ? { multiplier: 3, shift: -left } : { multiplier: 3 << left, shift: 0 };
}

function gateOf(node: Node, tensors: LstmTensors, gate: GateTensors, activate: (value: number) => number): Gate {
  const sum = gateSum(node, tensors, gate);
  const values = new Int16Array(tensors.units);
  return (from, at, past, pastAt) => {
    for (let unit = 0; unit < values.length; unit++) values[unit] = activate(sum(unit, from, at, past, pastAt));
    return values;
  };
}

/** Input and recurrent products are each brought to Q3.12, added and clamped one after the other. */
function gateSum(node: Node, tensors: LstmTensors, gate: GateTensors): GateSum {
  const { sequence, hidden, depth, units } = tensors;
  const wide = sequence.dtype === 'int16';
  const weights = gate.inputWeights.values as Int8Array;
  const recurrent = gate.recurrentWeights.values as Int8Array;
  if (gate.bias.dtype !== (wide ? 'int64' : 'int32')) refuse(node, `its biases are ${gate.bias.dtype}`);
  const bias = Float64Array.from(gate.bias.values as ArrayLike<number | bigint>, Number);
  const own = productScaling(node, sequence, gate.inputWeights, wide);
  const back = productScaling(node, hidden, gate.recurrentWeights, wide);
  return (unit, from, at, past, pastAt) => {
    const input = dotShifted(from, at, sequence.zeroPoint, weights, unit * depth, 0, depth) + (bias[unit] as number);
    const first = clamp16(own(input));
    if (past === undefined) return first;
    return clamp16(first + back(dotShifted(past, pastAt, hidden.zeroPoint, recurrent, unit * units, 0, units)));
  };
}

/** From a sum of products to Q3.12; the scales are multiplied in single precision. */
function productScaling(node: Node, vectors: Value, weights: Value, wide: boolean): (sum: number) => number {
  if ((weights.quantization?.scale.length ?? 0) !== 1) refuse(node, 'its weights need one scale each');
  const { multiplier, shift } = fixedPoint(Math.fround(vectors.scale * weights.scale) / 2 ** -12);
  if (!wide) return (sum) => requantize(sum | 0, multiplier, shift);
  const reduced = reducedMultiplier(multiplier);
  return (sum) => requantizeWide(sum, reduced, shift);
}

function clamp16(value: number): number {
  return value < -32768 ? -32768 : value > 32767 ? 32767 : value;
}
