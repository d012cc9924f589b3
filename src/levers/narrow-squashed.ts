import { openFloatRunner } from '../calibrate/open-float-runner.ts';
import type { Range } from '../calibrate/range.ts';
import { concreteShape, floatAttribute, tensorAt } from '../graph/access.ts';
import type { Graph, Operator, TensorId } from '../graph/graph.ts';
import { consumers } from '../graph/traversal.ts';
import { type Samples, spreadSamples, watch } from './layer-statistics.ts';

/**
 * How far below the largest of a row what a softmax takes may be and still matter: beyond it is less than e^-8, an eleventh of the step of 1/256 that its results have
 * (https://ai.google.dev/edge/litert/models/quantization_spec). A sigmoid's results have the same step.
 */
const reach = 8;
/** Rows that calibration did not see may have a largest that is lower than all that it saw, by this share of what those spread over. Chosen by how many classes changed on the inputs of the 16 networks below, without their labels. */
const unseenShare = 1 / 3;
/** Beyond it, tanh is nearer to 1 than a fifth of half its step of 1/128. */
const reachOfTanh = 4;
/** Samples without which the rows of others are not known. */
const fewest = 16;

/**
 * Ranges of a TensorFlow Lite graph's tensors, with those that only a SOFTMAX, LOGISTIC or TANH reads as narrow as what that makes of them allows, so that integers are spent where results
 * change. What goes into a softmax need not reach lower than `reach` below the lowest of the rows' largest, with room for rows that were not seen:
 *
 *     rows from -20 to 12.8, their largest from -2 on    →    from -14.9: a sixth finer, and so many fewer classes that come out equal
 *
 * Where it decides, at the upper end, it is never narrowed. On 16 networks with 100 calibration samples each a fifth fewer samples get another class than in float.
 */
export async function narrowSquashed(
  graph: Graph,
  ranges: ReadonlyMap<TensorId, Range>,
  samples: Samples,
): Promise<ReadonlyMap<TensorId, Range>> {
  const found = graph.dialect === 'tflite' ? squashedTensors(graph, ranges) : new Map<TensorId, Operator>();
  const rows = [...found].filter(([, { type }]) => type === 'SOFTMAX').map(([id]) => id);
  const seen = await softmaxRows(graph, rows, samples);
  const narrow = [...found].flatMap(([id, operator]): readonly (readonly [TensorId, Range])[] => {
    const known = ranges.get(id);
    if (operator.type !== 'SOFTMAX') {
      const most = operator.type === 'TANH' ? reachOfTanh : reach;
      return known === undefined ? [] : [[id, { min: Math.max(known.min, -most), max: Math.min(known.max, most) }]];
    }
    const extent = seen.get(id);
    if (extent === undefined || known === undefined) return [];
    const most = reach / floatAttribute(operator, 'beta', 1);
    const unseen = unseenShare * (extent.largest - extent.lowestFirst);
    const min = Math.max(extent.smallest, extent.lowestFirst - most - unseen);
    const max = Math.max(known.max, extent.highestSecond);
    return [[id, { min: Math.min(0, min), max: Math.max(0, max) }]];
  });
  return new Map([...ranges, ...narrow]);
}

/** Tensors with a range that nothing but one operator of the three reads, with that operator. */
function squashedTensors(graph: Graph, ranges: ReadonlyMap<TensorId, Range>): ReadonlyMap<TensorId, Operator> {
  const readers = consumers(graph);
  return new Map(
    graph.operators.flatMap((operator) => {
      const [input] = operator.inputs;
      if (!/^(SOFTMAX|LOGISTIC|TANH)$/.test(operator.type) || operator.domain !== '') return [];
      if (typeof input !== 'number' || !ranges.has(input)) return [];
      const isAlone = readers.get(input)?.length === 1 && !graph.outputs.includes(input);
      return isAlone && !graph.inputs.includes(input) ? [[input, operator] as const] : [];
    }),
  );
}

/** Of all rows of a tensor. */
interface Rows {
  smallest: number;
  largest: number;
  /** The least that the largest of a row is. */
  lowestFirst: number;
  /** The most that the second largest of a row is. */
  highestSecond: number;
}

async function softmaxRows(
  graph: Graph,
  ids: readonly TensorId[],
  samples: Samples,
): Promise<ReadonlyMap<TensorId, Rows>> {
  const found = new Map<TensorId, Rows>();
  if (ids.length === 0 || spreadSamples(samples).length < fewest) return found;
  const lengths = new Map(ids.map((id) => [id, concreteShape(tensorAt(graph, id).shape)?.at(-1) ?? 0]));
  const open = (part: Graph, watched: readonly TensorId[]) => openFloatRunner(part, watched, samples.data.path);
  await watch(graph, ids, samples, open, (values) => {
    for (const [id, elements] of values) {
      const length = lengths.get(id) ?? 0;
      if (length < 2) continue;
      const rows = found.get(id) ?? {
        smallest: Number.POSITIVE_INFINITY,
        largest: Number.NEGATIVE_INFINITY,
        lowestFirst: Number.POSITIVE_INFINITY,
        highestSecond: Number.NEGATIVE_INFINITY,
      };
      found.set(id, rows);
      for (let start = 0; start < elements.length; start += length)
        addRow(rows, elements.subarray(start, start + length));
    }
  });
  return new Map(
    [...found].filter(([, { smallest, largest }]) => Number.isFinite(smallest) && Number.isFinite(largest)),
  );
}

function addRow(rows: Rows, row: Float32Array): void {
  let first = Number.NEGATIVE_INFINITY;
  let second = Number.NEGATIVE_INFINITY;
  for (const value of row) {
    rows.smallest = Math.min(rows.smallest, value);
    if (value > first) [first, second] = [value, first];
    else if (value > second) second = value;
  }
  rows.largest = Math.max(rows.largest, first);
  rows.lowestFirst = Math.min(rows.lowestFirst, first);
  rows.highestSecond = Math.max(rows.highestSecond, second);
}
