import type { Precision, Run } from './cortex-a-runs.ts';
import { threadSpeedup } from './thread-speedup.ts';

/** Not fitted: large networks tell nothing of it, and the smallest measured (anomaly detection of MLPerf Tiny, ten dense layers in 0.17 ms on a Raspberry Pi 4) bound it. ncnn's is fitted, as it takes memory for every tensor anew. */
const launchMilliseconds = 0.005;

/** How often each cost counts in a run. */
interface Terms {
  readonly products: number;
  readonly outputs: number;
  readonly elements: number;
  readonly weightBytes: number;
  readonly arranged: number;
  readonly dataBytes: number;
  readonly serial: number;
  readonly ncnnLaunches: number;
}

function termsOf({ counts, ncnn }: Run): Terms {
  return {
    products:
      counts.cyclesPerConvolutionMac +
      counts.cyclesPerDenseMac +
      (ncnn === undefined ? 0 : ncnn.winogradProducts - ncnn.winogradMacs),
    outputs: counts.cyclesPerOutput - (ncnn?.winogradOutputs ?? 0),
    elements: counts.cyclesPerElement + (ncnn?.passes ?? 0),
    weightBytes: counts.cyclesPerWeightByte + (ncnn?.filterBytes ?? 0),
    arranged: ncnn?.arranged ?? 0,
    dataBytes: counts.cyclesPerDataByte,
    serial: counts.cyclesPerSerialElement,
    ncnnLaunches: ncnn === undefined ? 0 : counts.launchMicroseconds,
  };
}

/**
 * Milliseconds for one of each cost that is fitted. In integers few runs tell results from elements: both are what is read and written.
 * ncnn passes over it more often than LiteRT does, between int32, float and int8, which is a cost in addition.
 */
export function countsOf(run: Run, precision: Precision): readonly number[] {
  const terms = termsOf(run);
  const serialCycle = 1e3 / run.clockHz;
  const cycle = serialCycle / threadSpeedup(run.core, run.threads);
  const isNcnn = run.ncnn !== undefined;
  const shared = [cycle * terms.products, cycle * terms.weightBytes, cycle * terms.arranged, terms.ncnnLaunches];
  return precision === 'int8'
    ? [...shared, cycle * terms.dataBytes, isNcnn ? cycle * terms.dataBytes : 0, serialCycle * terms.serial]
    : [...shared, cycle * terms.outputs, cycle * terms.elements];
}

/** Of a core's file, without ncnn's own. */
export function yamlOf(costs: readonly number[], precision: Precision): string {
  const [products = 0, weightByte = 0, , , first = 0, second = 0, serial = 0] = costs;
  const passes =
    precision === 'int8'
      ? { cyclesPerDataByte: first, cyclesPerSerialElement: serial }
      : { cyclesPerOutput: first, cyclesPerElement: second };
  return Object.entries({ cyclesPerConvolutionMac: products, ...passes, cyclesPerWeightByte: weightByte })
    .map(([name, value]) => `${name}: ${Number(value.toPrecision(3))}`)
    .join(', ');
}

/** Milliseconds of launches that are not fitted. */
export const launches = (run: Run) => (run.ncnn === undefined ? run.counts.launchMicroseconds * launchMilliseconds : 0);
