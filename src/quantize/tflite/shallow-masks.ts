import type { Range } from '../../calibrate/range.ts';
import { concreteShape, floatAttribute, isConstant, tensorAt } from '../../graph/access.ts';
import { constantNumbers } from '../../graph/constant-numbers.ts';
import { constantOf, tensorOf } from '../../graph/evaluate/constant-value.ts';
import type { Graph, Operator, Tensor, TensorId } from '../../graph/graph.ts';
import { producers } from '../../graph/traversal.ts';

type Ranges = ReadonlyMap<TensorId, Range>;

/** How far below all that may be seen what is hidden is put: e^-10 of it is a ninetieth of the step of 1/256 that a softmax's results have in int8, and what saturates goes no farther. */
const depth = 10;
/** What hides something, whatever else is in its row: nobody adds so much for another reason. PyTorch's and Keras' masks are -1e9, the lowest float, or −∞. */
const unmistakable = -1e4;
/** Operators that a mask goes through, one after the other, at most. */
const longest = 4;

/**
 * A float graph whose masks before a softmax hide no deeper than integers can tell: beside a mask of -1e9 in one tensor, or in one sum, all else would be 0.
 *
 *     scores -4 … 5 ─▶ ADD mask 0, -1e9 ─▶ SOFTMAX          scores ─▶ ADD mask 0, -19 ─▶ (-14 … 5) ─▶ SOFTMAX
 *     scores ─▶ SELECT_V2 with -1e9 ─▶ SOFTMAX              scores ─▶ SELECT_V2 with -14 ─▶ SOFTMAX
 *
 * Masks are constants, chosen of two by SELECT_V2, or given by the caller, whose numbers then saturate. Ids of tensors stay; the very same graph and ranges where there is nothing of the kind.
 * @param ranges calibrated
 */
export function withShallowMasks(graph: Graph, ranges: Ranges): { readonly graph: Graph; readonly ranges: Ranges } {
  const masks = masksOf(graph, ranges);
  if (masks.length === 0) return { graph, ranges };
  const narrowed = new Map(ranges);
  for (const { sums, result } of masks) {
    for (const id of sums) narrowed.set(id, within(ranges.get(id) ?? result, result));
  }
  // Several softmaxes may share a mask; it hides what the deepest of them asks for.
  const given = new Map<TensorId, number>();
  const places = new Map<string, Place & { readonly least: number }>();
  for (const { least, ...mask } of masks) {
    for (const id of mask.given) given.set(id, Math.min(least, given.get(id) ?? least));
    for (const place of mask.places) {
      const key = `${place.index} ${place.position}`;
      places.set(key, { ...place, least: Math.min(least, places.get(key)?.least ?? least) });
    }
  }
  for (const [id, min] of given) {
    const known = ranges.get(id);
    if (known !== undefined) narrowed.set(id, within(known, { min, max: Number.POSITIVE_INFINITY }));
  }
  const tensors: Tensor[] = [...graph.tensors];
  const operators: Operator[] = [...graph.operators];
  for (const { index, position, least, largest } of places.values()) {
    const operator = operators[index] as Operator;
    const tensor = tensorAt(graph, operator.inputs[position] as TensorId);
    const lowest = largest === undefined ? least : (least * plenty) / largest;
    const raised = Float32Array.from(constantNumbers(tensor) ?? [], (value) =>
      largest === undefined ? Math.max(value, lowest) : Math.max(lowest, Math.min(-lowest, value)),
    );
    const id = tensors.push(tensorOf(`${tensor.name}/shallow`, constantOf('float32', shapeOf(tensor), raised))) - 1;
    operators[index] = { ...operator, inputs: operator.inputs.map((input, at) => (at === position ? id : input)) };
  }
  return { graph: { ...graph, tensors, operators }, ranges: narrowed };
}

function within(range: Range, { min, max }: Range): Range {
  return { min: Math.max(range.min, min), max: Math.min(range.max, max) };
}

/** What is multiplied with a constant hides from an eighth of its largest magnitude on; more, and products of integers would no longer fit. */
const plenty = 8;

/** A mask before a softmax, and what is made of it. */
interface Mask extends Pick<Addend, 'given' | 'places'> {
  /** What the softmax takes, and what that is reshaped from. */
  readonly sums: readonly TensorId[];
  /** Their range. */
  readonly result: Range;
  /** The lowest number that the mask needs. */
  readonly least: number;
}

/** A constant, as an operator's input. */
interface Place {
  readonly index: number;
  readonly position: number;
  /** Of a factor, the largest magnitude of what it is multiplied with. */
  readonly largest?: number;
}

function masksOf(graph: Graph, ranges: Ranges): readonly Mask[] {
  const makers = producers(graph);
  const makerOf = (id: TensorId): number => makers.get(id) ?? -1;
  /** Calibrated, or of what a tensor is moved from. */
  const rangeOf = (id: TensorId): Range | undefined => {
    for (let current = id; ; ) {
      const maker = graph.operators[makerOf(current)];
      const from = maker?.inputs[0];
      if (ranges.has(current) || maker === undefined || !moving.has(maker.type) || typeof from !== 'number') {
        return ranges.get(current);
      }
      current = from;
    }
  };
  /** What an operator's input may add or put in place: a constant, one of two that are chosen, the sum of such, or what has a range. */
  const addendOf = (index: number, position: number, level = 0): Addend | undefined => {
    const id = graph.operators[index]?.inputs[position];
    if (typeof id !== 'number') return undefined;
    const numbers = numbersOf(graph, id);
    if (numbers !== undefined) {
      const rowLength = shapeOf(tensorAt(graph, id)).at(-1) ?? 1;
      return { numbers, rowLength, places: [{ index, position }], given: [] };
    }
    const maker = makerOf(id);
    const sources = level < longest ? (sourcesOf[graph.operators[maker]?.type ?? ''] ?? []) : [];
    const parts = sources.map((at) => addendOf(maker, at, level + 1)).filter((part) => part !== undefined);
    if (parts.length === sources.length && parts.length > 0) {
      const all = parts.flatMap((part) => Array.from(part.numbers));
      return {
        numbers: all,
        places: parts.flatMap(({ places }) => places),
        given: [id, ...parts.flatMap(({ given }) => given)],
      };
    }
    const range = rangeOf(id);
    const places = graph.operators[maker]?.type === 'MUL' ? factorsOf(maker) : [];
    return range === undefined ? undefined : { numbers: [range.min, range.max], places, given: [id] };
  };
  /** The constant of a product. */
  const factorsOf = (index: number): readonly Place[] =>
    [0, 1].flatMap((position) => {
      const [factor, other] = [position, 1 - position].map((at) => graph.operators[index]?.inputs[at]);
      const range = typeof other === 'number' ? rangeOf(other) : undefined;
      if (numbersOf(graph, factor) === undefined || range === undefined) return [];
      return [{ index, position, largest: Math.max(Math.abs(range.min), Math.abs(range.max)) || 1 }];
    });
  return graph.operators.flatMap((softmax): readonly Mask[] => {
    const [input] = softmax.inputs;
    if (softmax.type !== 'SOFTMAX' || softmax.domain !== '' || typeof input !== 'number') return [];
    const sums = [input];
    let index = makerOf(input);
    for (let maker = graph.operators[index]; maker?.type === 'RESHAPE'; maker = graph.operators[index]) {
      const from = maker.inputs[0] as TensorId;
      sums.push(from);
      index = makerOf(from);
    }
    if (sums.some((id) => graph.outputs.includes(id))) return [];
    const maker = graph.operators[index];
    const positions = maker?.type === 'ADD' ? [0, 1] : maker?.type === 'SELECT_V2' ? choices : [];
    const reach = depth / floatAttribute(softmax, 'beta', 1);
    const found = positions.flatMap((position): readonly Mask[] => {
      const other = maker?.inputs[positions.find((each) => each !== position) ?? -1];
      const scores = typeof other === 'number' && numbersOf(graph, other) === undefined ? rangeOf(other) : undefined;
      const addend = scores && addendOf(index, position);
      if (scores === undefined || addend === undefined) return [];
      const isSum = maker?.type === 'ADD';
      const hidden = scores.min - reach - (isSum ? scores.max : 0);
      const { lowest, highest, hides } = visible(addend, hidden, isSum);
      if (!hides) return [];
      const floor = scores.min + (isSum ? lowest : 0) - reach;
      const least = floor - (isSum ? scores.max : 0);
      return [
        {
          sums,
          result: { min: floor, max: isSum ? scores.max + highest : Math.max(scores.max, highest) },
          least,
          places: addend.places,
          given: addend.given,
        },
      ];
    });
    return found.slice(0, 1);
  });
}

/** Positions of what SELECT_V2 chooses of. */
const choices: readonly number[] = [1, 2];
/** Operators whose results hold elements of their first input and no others. */
const moving: ReadonlySet<string> = new Set(
  'BROADCAST_TO EXPAND_DIMS GATHER RESHAPE SLICE SQUEEZE STRIDED_SLICE TRANSPOSE'.split(' '),
);
/** Operators through which masks go, with the positions of what they are made of. */
const sourcesOf: Readonly<Record<string, readonly number[]>> = {
  ADD: [0, 1],
  BROADCAST_TO: [0],
  PADV2: [0, 2],
  RESHAPE: [0],
  SELECT_V2: choices,
  TRANSPOSE: [0],
};

/** What is added to scores, or put in their place. */
interface Addend {
  readonly numbers: ArrayLike<number>;
  /** Numbers that lie in one row of the scores; absent where that is not known. */
  readonly rowLength?: number;
  /** The constants among them. */
  readonly places: readonly Place[];
  /** What they are chosen into, or the caller gives: tensors whose integers may begin at the lowest number that the mask needs. */
  readonly given: readonly TensorId[];
}

/**
 * The extremes of the numbers that hide nothing, with 0, and whether others do: those below `hidden`. What is added to all of a row hides nothing in it; where rows are not known, only what is
 * unmistakable hides.
 */
function visible(
  { numbers, rowLength }: Addend,
  hidden: number,
  isAdded: boolean,
): { lowest: number; highest: number; hides: boolean } {
  const found = { lowest: 0, highest: 0, hides: false };
  const limit = rowLength === undefined ? Math.min(hidden, unmistakable) : hidden;
  let ofRow = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < numbers.length; at += 1) {
    const number = numbers[at] as number;
    if (number < limit) found.hides = true;
    else {
      found.lowest = Math.min(found.lowest, number);
      found.highest = Math.max(found.highest, number);
    }
    ofRow = Math.max(ofRow, number);
    if (rowLength === undefined || (at + 1) % rowLength !== 0) continue;
    if (isAdded && ofRow < hidden && ofRow > unmistakable) return { lowest: 0, highest: 0, hides: false };
    ofRow = Number.NEGATIVE_INFINITY;
  }
  return found;
}

function numbersOf(graph: Graph, id: TensorId | null | undefined): ArrayLike<number> | undefined {
  const tensor = id === null || id === undefined ? undefined : tensorAt(graph, id);
  return tensor !== undefined && isConstant(tensor) && tensor.dtype === 'float32' ? constantNumbers(tensor) : undefined;
}

const shapeOf = (tensor: Tensor): readonly number[] => concreteShape(tensor.shape) ?? [];
