import type { Range } from '../../calibrate/range.ts';
import type { DataSet } from '../../data/data-set.ts';
import type { Graph, TensorId } from '../../graph/graph.ts';
import { openInterpreter } from '../../kernels/run-graph.ts';
import {
  addSample,
  decibelsOf,
  type KeptOperators,
  keepWorst,
  newNoise,
  noiseShare,
  type SensitivityRow,
} from '../sensitivity.ts';
import { floatRuns, numbersOf } from './float-runs.ts';
import { type QuantizeTfliteOptions, quantizeTflite } from './quantize-tflite.ts';
import type { SensitivityOptions } from './sensitivity.ts';

/** Half the noise power: what int16 must gain to be worth its time. */
const leastGain = 3;

export interface MixOptions extends SensitivityOptions {
  /** What the outputs must reach, in dB. */
  readonly leastDecibels: number;
  /** What the kept operators compute in; int16 by default, but float where int16 gains less than 3 dB: there the noise is that of weights and clipped values. */
  readonly keptAs?: 'int16' | 'float';
  /** How the others are quantised. */
  readonly quantize?: QuantizeTfliteOptions;
}

/** Which operators to keep out of int8, as options of `quantizeTflite`. */
export interface Mix extends KeptOperators {
  readonly options: QuantizeTfliteOptions;
}

/**
 * The fewest of the most sensitive operators that must stay out of int8 for the outputs to reach a limit.
 * @param rows of `sensitivityOf`
 * @throws UserError when the data set does not fit the model or no kernel runs an operator
 */
export async function mixPrecisions(
  graph: Graph,
  ranges: ReadonlyMap<TensorId, Range>,
  data: DataSet,
  rows: readonly SensitivityRow[],
  options: MixOptions,
): Promise<Mix> {
  const { keptAs = 'int16', quantize = {}, leastDecibels } = options;
  const runs = await floatRuns(graph, [], data, options.samples);
  const gains = rows.filter(({ int8Decibels, int16Decibels }) => (int16Decibels ?? 0) >= int8Decibels + leastGain);
  const wide = new Set(gains.map(({ operator }) => operator));
  const optionsFor = (kept: ReadonlySet<number>): QuantizeTfliteOptions => {
    const isInt16 = (index: number) => keptAs === 'int16' && wide.has(index);
    return {
      ...quantize,
      keepInt16: new Set([...(quantize.keepInt16 ?? []), ...[...kept].filter(isInt16)]),
      keepFloat: new Set([...(quantize.keepFloat ?? []), ...[...kept].filter((index) => !isInt16(index))]),
    };
  };
  const found = keepWorst(rows, leastDecibels, (kept) => {
    const integer = quantizeTflite(graph, ranges, { ...optionsFor(kept), ends: 'float' }).graph;
    const interpreter = openInterpreter(integer);
    const noise = newNoise();
    for (const { inputs, outputs } of runs) {
      interpreter.reset();
      addSample(noise, numbersOf(outputs), numbersOf(interpreter.run(inputs)));
    }
    return decibelsOf(noiseShare(noise));
  });
  return { ...found, options: optionsFor(found.kept) };
}
