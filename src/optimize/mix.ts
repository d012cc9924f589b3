import type { Range } from '../calibrate/range.ts';
import type { DataSet } from '../data/data-set.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import type { Finding } from '../measurement/measurement.ts';
import type { SensitivityRow } from '../quantize/sensitivity.ts';
import { mixPrecisions } from '../quantize/tflite/mix-precisions.ts';
import { quantizeTflite } from '../quantize/tflite/quantize-tflite.ts';
import { sensitivityOf } from '../quantize/tflite/sensitivity.ts';

/** Operators that a finding names. */
const named = 5;

/** Integers of a float TensorFlow Lite graph with the most sensitive operators in int16 or float, as many as it takes to keep the outputs so many decibels above the noise. */
export async function quantizeMixed(
  graph: Graph,
  ranges: ReadonlyMap<TensorId, Range>,
  data: DataSet,
  leastDecibels: number,
): Promise<{ readonly graph: Graph; readonly findings: readonly Finding[] }> {
  const rows = await sensitivityOf(graph, ranges, data);
  const { kept, decibels, isReached, options } = await mixPrecisions(graph, ranges, data, rows, { leastDecibels });
  const quantized = quantizeTflite(graph, ranges, options);
  const message = `${kept.size} of ${rows.length} operators are kept out of int8${kept.size === 0 ? '' : `, the most sensitive first: ${names(rows, kept)}`}. The outputs are ${decibels.toFixed(1)} dB above the noise${isReached ? '' : `, not ${leastDecibels} dB: the rest is noise of the weights`}.`;
  return {
    graph: quantized.graph,
    findings: [
      { code: 'mixed-precision', severity: isReached ? 'info' : 'warning', message: message.slice(0, 2000) },
      ...quantized.findings,
    ],
  };
}

function names(rows: readonly SensitivityRow[], kept: ReadonlySet<number>): string {
  const all = rows.filter(({ operator }) => kept.has(operator));
  const shown = all.slice(0, named).map(({ type, name }) => `${type} "${name.slice(0, 100)}"`);
  return [...shown, ...(all.length > named ? [`${all.length - named} more`] : [])].join(', ');
}
