import { bindInputs } from '../data/bind-inputs.ts';
import { modelInputs } from '../data/model-inputs.ts';
import { tensorAt, tensorBytes } from '../graph/access.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { openInterpreter } from '../kernels/run-graph.ts';
import { makeValue, type TypedArray } from '../kernels/values.ts';
import type { OpenRunner } from './layer-statistics.ts';
import { toReal } from './open-quantized.ts';

/** Bytes that the tensors which wait for later operators may take, of all samples together. */
const mostWaiting = 2 ** 26;

/**
 * Opens integer TensorFlow Lite graphs one after the other that differ only in constants of operators that were not run yet, each for one tensor, on the same samples in the same order:
 * what was computed of a sample is kept, so that all of them together run every operator once.
 * @param graph of the same operators
 * @param wanted the tensors that will be asked for, in that order
 * @returns `undefined` where operators have state in common or too much would have to be kept
 */
export function runInSteps(graph: Graph, wanted: readonly TensorId[], samples: number): OpenRunner | undefined {
  const hasState = graph.subgraphs.length > 0 || graph.tensors.some(({ dtype }) => dtype === 'resource');
  if (graph.dialect !== 'tflite' || hasState) return undefined;
  const places = placesOf(graph);
  const asked = wanted.map((id) => places.get(id));
  if (asked.includes(undefined) || samples * mostKept(graph, asked) > mostWaiting) return undefined;
  /** What was computed of each sample and is still needed, by where it was computed: other constants may shift the ids of tensors. */
  const kept: Map<string, TypedArray>[] = [];
  let done = 0;
  let next = 0;
  return async (changed, [id = -1]) => {
    const placeOf = placesOf(changed);
    const place = placeOf.get(id);
    if (place === undefined || place.label !== asked[next]?.label)
      throw new RangeError('not what was to be asked next');
    next += 1;
    const [start, end] = [done, Math.max(done, place.operator + 1)];
    done = end;
    const operators = changed.operators.slice(start, end);
    const later = neededFrom(changed, placeOf, end, [place, ...asked.slice(next)]);
    const labelled = (ids: readonly (TensorId | null)[], isWanted: (place: Place) => boolean) =>
      [...new Set(ids)].flatMap((each) => {
        const found = each === null ? undefined : placeOf.get(each);
        return each === null || found === undefined || !isWanted(found) ? [] : [{ id: each, label: found.label }];
      });
    const inputs = labelled(
      operators.flatMap((operator) => operator.inputs),
      ({ operator }) => operator < start,
    );
    const outputs = labelled(
      operators.flatMap((operator) => operator.outputs),
      ({ label }) => later.has(label),
    );
    const ids = (some: readonly { readonly id: TensorId }[]) => some.map((each) => each.id);
    const interpreter = openInterpreter({ ...changed, operators, inputs: ids(inputs), outputs: ids(outputs) });
    const value = makeValue(tensorAt(changed, id));
    const reals = new Float32Array(value?.values.length ?? 0);
    let index = 0;
    return {
      run: async (sample) => {
        const known = kept[index] ?? boundTo(changed, sample, placeOf);
        kept[index] = known;
        index += 1;
        interpreter.reset();
        const made = interpreter.run(inputs.map(({ label }) => known.get(label) as TypedArray));
        for (const label of known.keys()) if (!later.has(label)) known.delete(label);
        for (const [at, { label }] of outputs.entries()) known.set(label, made[at] as TypedArray);
        const values = known.get(place.label);
        if (value === undefined || values === undefined) return new Map();
        toReal({ ...value, values }, reals);
        return new Map([[id, reals]]);
      },
      close: async () => {},
    };
  };
}

/** Where a tensor comes from. */
interface Place {
  /** The operator that computes it; -1 for inputs of the graph. */
  readonly operator: number;
  /** The same for the same tensor of graphs of the same operators. */
  readonly label: string;
}

function placesOf({ inputs, operators }: Graph): ReadonlyMap<TensorId, Place> {
  const places = new Map(inputs.map((id, at) => [id, { operator: -1, label: `input ${at}` }]));
  operators.forEach(({ outputs }, operator) => {
    outputs.forEach((id, at) => {
      if (id !== null) places.set(id, { operator, label: `${operator} ${at}` });
    });
  });
  return places;
}

/** Labels of what was computed before an operator and is read by it or later ones, or asked for. */
function neededFrom(
  { operators }: Graph,
  placeOf: ReadonlyMap<TensorId, Place>,
  start: number,
  asked: readonly (Place | undefined)[],
): ReadonlySet<string> {
  const read = operators
    .slice(start)
    .flatMap(({ inputs }) => inputs.map((id) => (id === null ? undefined : placeOf.get(id))));
  return new Set(
    [...read, ...asked].flatMap((place) => (place !== undefined && place.operator < start ? [place.label] : [])),
  );
}

/** Bytes of one sample that are kept at most between two steps. */
function mostKept(graph: Graph, asked: readonly (Place | undefined)[]): number {
  const places = placesOf(graph);
  const bytes = new Map(
    [...places].map(([id, { label }]): readonly [string, number] => [label, tensorBytes(tensorAt(graph, id)) ?? 0]),
  );
  return Math.max(
    0,
    ...asked.map((place, at) => {
      const needed = neededFrom(graph, places, (place?.operator ?? -1) + 1, asked.slice(at));
      return [...needed].reduce((sum, label) => sum + (bytes.get(label) ?? 0), 0);
    }),
  );
}

function boundTo(
  graph: Graph,
  sample: Parameters<typeof bindInputs>[0],
  placeOf: ReadonlyMap<TensorId, Place>,
): Map<string, TypedArray> {
  const inputs = modelInputs(graph);
  const bound = bindInputs(sample, inputs, 'calibration samples');
  return new Map(
    graph.inputs.flatMap((id, at) => {
      const label = placeOf.get(id)?.label;
      const values = bound[inputs[at]?.name ?? '']?.data;
      return label === undefined || values === undefined ? [] : [[label, values as TypedArray]];
    }),
  );
}
