import { intAttribute, stringAttribute } from '../../graph/access.ts';
import type { Operator, TensorId } from '../../graph/graph.ts';
import { asInOnnx, at, product } from '../arrangement.ts';
import { inputOf, type Lowerer, type Lowerings, outputOf } from '../lowerer.ts';
import { type Direction, gruStep, type Layer, lstmStep, plainStep, type State, type Step } from './recurrent-steps.ts';

/**
 * Recurrent layers, one time step after the other.
 *
 *     X ─▶ LSTM ─▶ Y      X·Wᵀ + b of all steps in one FULLY_CONNECTED ─▶ SPLIT by step
 *                         per step: gates = part + h·Rᵀ;  c = f·c + i·g;  h = o·tanh c
 *
 * TensorFlow Lite's UNIDIRECTIONAL_SEQUENCE_LSTM is one operator, but keeps its state from one inference to the next, which ONNX does not.
 */
export const recurrentLowerings: Lowerings = { LSTM: lstm, GRU: gru, RNN: plain };

/** Time steps of one layer beyond which a model is no longer written out step by step. */
const mostSteps = 256;

const activationTypes: Readonly<Record<string, string>> = { sigmoid: 'LOGISTIC', tanh: 'TANH', relu: 'RELU' };

function lstm(lowerer: Lowerer, operator: Operator) {
  if (operator.inputs[7] !== undefined && operator.inputs[7] !== null) lowerer.refuse(operator, 'it has peepholes');
  if (intAttribute(operator, 'input_forget', 0) !== 0) lowerer.refuse(operator, 'it couples input and forget gate');
  unrolled(lowerer, operator, 4, ['Sigmoid', 'Tanh', 'Tanh'], lstmStep, true);
}

function gru(lowerer: Lowerer, operator: Operator) {
  const isAfter = intAttribute(operator, 'linear_before_reset', 0) !== 0;
  unrolled(lowerer, operator, 3, ['Sigmoid', 'Tanh'], gruStep, !isAfter);
}

function plain(lowerer: Lowerer, operator: Operator) {
  unrolled(lowerer, operator, 1, ['Tanh'], plainStep, true);
}

/** Writes every direction out and joins what the steps give. */
function unrolled(
  lowerer: Lowerer,
  operator: Operator,
  gates: number,
  defaults: readonly string[],
  step: Step,
  mergesBias: boolean,
): void {
  const input = inputOf(operator, 0);
  const isBatchFirst = intAttribute(operator, 'layout', 0) !== 0;
  const shape = lowerer.shapeOf(input);
  const [steps, batch] = isBatchFirst ? [at(shape, 1), at(shape, 0)] : [at(shape, 0), at(shape, 1)];
  const held = lowerer.shapeOf(inputOf(operator, 2)).at(-1) ?? 1;
  const units = intAttribute(operator, 'hidden_size', held);
  if (units !== held) lowerer.refuse(operator, `its hidden_size is ${units} and its recurrent weights have ${held}`);
  if (steps > mostSteps) {
    lowerer.refuse(operator, `its ${steps} time steps are more than are written out one by one (${mostSteps})`);
  }
  const lengths = lowerer.numbersOf(operator.inputs[4]);
  const hasLengths = operator.inputs[4] !== undefined && operator.inputs[4] !== null;
  if (hasLengths && !lengths?.every((length) => length === steps))
    lowerer.refuse(operator, 'its sequences differ in length');
  if (operator.attributes.clip !== undefined) lowerer.refuse(operator, 'it clips its gates');
  const order = stringAttribute(operator, 'direction', 'forward');
  const reversed = order === 'bidirectional' ? [false, true] : [order === 'reverse'];
  const layer = { lowerer, operator, steps, batch, units };
  const results = reversed.map((isReversed, index) => {
    const direction = directionOf(layer, index, reversed.length, gates, defaults, mergesBias, isReversed);
    let state: State = { hidden: direction.initial(5), cell: direction.initial(6) };
    const hidden: TensorId[] = [];
    for (const part of direction.parts) {
      const next = step(layer, direction, part, state);
      state = next;
      hidden.push(next.hidden);
    }
    return { hidden: isReversed ? hidden.toReversed() : hidden, state };
  });
  define(layer, results, isBatchFirst);
}

/** Y [steps, directions, batch, units], Y_h and Y_c [directions, batch, units]; batch first where the layer's layout is 1. */
function define(
  { lowerer, operator, steps, batch, units }: Layer,
  results: readonly { readonly hidden: readonly TensorId[]; readonly state: State }[],
  isBatchFirst: boolean,
): void {
  const [every, last, cell] = [0, 1, 2].map((position) => outputOf(operator, position)) as [
    TensorId,
    TensorId,
    TensorId,
  ];
  const directions = results.length;
  const finish = (id: TensorId, parts: readonly (TensorId | undefined)[], leading: number) => {
    if (id < 0) return;
    const name = lowerer.nameOf(id);
    const joined = join(
      lowerer,
      parts.filter((part) => part !== undefined),
      units,
      name,
    );
    if (!isBatchFirst) return lowerer.define(id, joined, asInOnnx(lowerer.shapeOf(id)));
    // Stored as [leading, batch, units], ONNX has the batch outermost.
    const rest = leading * units;
    lowerer.define(id, joined, [
      ...(leading > 1 ? [{ extent: leading, stride: units }] : []),
      ...(batch > 1 ? [{ extent: batch, stride: rest }] : []),
      ...(units > 1 ? [{ extent: units, stride: 1 }] : []),
    ]);
  };
  const byStep = Array.from({ length: steps }, (_, time) => results.map(({ hidden }) => hidden[time])).flat();
  finish(every, byStep, steps * directions);
  finish(
    last,
    results.map(({ state }) => state.hidden),
    directions,
  );
  finish(
    cell,
    results.map(({ state }) => state.cell),
    directions,
  );
}

/** Tensors of [batch, units] one behind the other, ten at a time. */
function join(lowerer: Lowerer, parts: readonly TensorId[], units: number, name: string): TensorId {
  let current = parts;
  while (current.length > 1) {
    const groups: TensorId[] = [];
    for (let start = 0; start < current.length; start += 10) {
      const group = current.slice(start, start + 10);
      const rows = group.reduce((sum, part) => sum + product(lowerer.tensorShape(part)) / units, 0);
      const [only = -1] = group;
      groups.push(
        group.length === 1 ? only : lowerer.emit('CONCATENATION', group, [rows, units], { axis: 0 }, { name }),
      );
    }
    current = groups;
  }
  return current[0] ?? -1;
}

function directionOf(
  layer: Layer,
  index: number,
  directions: number,
  gates: number,
  defaults: readonly string[],
  mergesBias: boolean,
  isReversed: boolean,
): Direction {
  const { lowerer, operator, steps, batch, units } = layer;
  const input = inputOf(operator, 0);
  const name = `${lowerer.nameOf(operator.outputs.find((id) => id !== null) ?? input)}/${index}`;
  const rows = gates * units;
  const share = (position: number): readonly number[] | undefined => {
    const id = operator.inputs[position] ?? undefined;
    if (id === undefined) return undefined;
    const numbers = lowerer.numbersOf(id) ?? lowerer.refuse(operator, `its input ${position} is computed by the model`);
    const length = numbers.length / directions;
    return numbers.slice(index * length, (index + 1) * length);
  };
  const [weights = [], recurrent = []] = [share(1), share(2)];
  const biases = share(3) ?? new Array<number>(2 * rows).fill(0);
  const recurrentBias = biases.slice(rows);
  // Only where the hidden gate's own bias is inside the reset (`linear_before_reset`) may the two not be added up.
  const merged = (row: number) => (mergesBias || row < 2 * units ? at(recurrentBias, row) : 0);
  const bias = biases.slice(0, rows).map((value, row) => value + merged(row));
  const depth = weights.length / rows;
  const shape = lowerer.shapeOf(input);
  const isBatchFirst = intAttribute(operator, 'layout', 0) !== 0;
  const from = isBatchFirst ? lowerer.withAxes(input, [1, 0, 2]) : lowerer.stored(input, asInOnnx(shape), shape);
  const inputs = [
    from,
    lowerer.constant(`${name}/weights`, 'float32', [rows, depth], weights),
    lowerer.constant(`${name}/bias`, 'float32', [rows], bias),
  ];
  const all = lowerer.emit('FULLY_CONNECTED', inputs, [steps * batch, rows], {}, { name: `${name}/inputs` });
  const parts = splitSteps(lowerer, all, steps, [batch, rows], name);
  const stated = operator.attributes.activations;
  const names = stated?.kind === 'strings' ? stated.value : defaults;
  const own = names.slice(index * defaults.length, (index + 1) * defaults.length);
  return {
    parts: isReversed ? parts.toReversed() : parts,
    recurrent,
    recurrentBias: mergesBias ? [] : recurrentBias,
    name,
    constants: new Map(),
    activations: (own.length === 0 ? defaults : own).map(
      (activation) =>
        activationTypes[activation.toLowerCase()] ??
        lowerer.refuse(operator, `its activation ${activation} has no counterpart`),
    ),
    initial: (position) => initialState(layer, position, index, directions),
  };
}

/** SPLIT of the rows by time step. */
function splitSteps(
  lowerer: Lowerer,
  all: TensorId,
  steps: number,
  shape: readonly number[],
  name: string,
): readonly TensorId[] {
  if (steps === 1) return [all];
  const axis = lowerer.constant('split/axis', 'int32', [], [0]);
  const outputs = Array.from({ length: steps }, (_, time) => ({
    name: `${name}/input_${time}`,
    dtype: 'float32' as const,
  }));
  return lowerer.emitMany(
    'SPLIT',
    [axis, all],
    outputs.map(() => shape),
    { num_splits: steps },
    outputs,
  );
}

/** The state that the model starts from; `undefined` for zeros. */
function initialState({ lowerer, operator, batch, units }: Layer, position: number, index: number, directions: number) {
  const id = operator.inputs[position] ?? undefined;
  if (id === undefined || lowerer.numbersOf(id)?.every((value) => value === 0) === true) return undefined;
  const isBatchFirst = intAttribute(operator, 'layout', 0) !== 0;
  if (isBatchFirst && directions > 1)
    return lowerer.refuse(operator, 'it starts both directions from states of layout 1');
  const shape = lowerer.shapeOf(id);
  const rows = lowerer.stored(id, asInOnnx(shape), [directions * batch, units]);
  if (directions === 1) return rows;
  const begin = lowerer.constant('state/begin', 'int32', [2], [index * batch, 0]);
  const size = lowerer.constant('state/size', 'int32', [2], [batch, units]);
  return lowerer.emit('SLICE', [rows, begin, size], [batch, units]);
}
