import type { CalibrationOptions } from '../calibrate/calibrate.ts';
import type { DataSet } from '../data/data-set.ts';
import type { Graph } from '../graph/graph.ts';
import { graphMacs } from '../graph/macs.ts';
import { accuracyLevers, holdOut } from '../levers/accuracy-levers.ts';
import { chooseLevers, type LeverOutcome } from '../levers/choose-levers.ts';
import { weightedLayers } from '../levers/layer-weights.ts';
import { signalToNoise } from '../levers/signal-to-noise.ts';
import type { Finding } from '../runtimes/measurement.ts';
import { type Quantiser, rangesOf } from './quantiser.ts';

/** Samples below which what helps those that are held out is chance. */
const fewestSamples = 16;
/** Multiply-accumulates that trying all levers may take: about a minute. */
const mostMacs = 1e11;
/** Decibels that a lever has to bring; less may be chance. */
const leastGain = 0.1;

/** Whether trying things on a model takes seconds and not hours, and there are samples enough to tell what helps. */
export function isWorthTrying(graph: Graph, data: DataSet): boolean {
  const work = graphMacs(graph) * Math.min(data.count, 64) * (weightedLayers(graph).length + 10);
  return data.count >= fewestSamples && work <= mostMacs;
}

/**
 * The float graph with the weights that lose least when they become integers: levers are tried one after the other and kept where the integer graph comes
 * nearer to the float graph on calibration samples that they were not made from.
 */
export async function pullLevers(
  original: Graph,
  quantiser: Quantiser,
  data: DataSet,
  options: CalibrationOptions,
): Promise<{ readonly graph: Graph; readonly findings: readonly Finding[] }> {
  if (data.count < fewestSamples) return { graph: original, findings: [] };
  if (!isWorthTrying(original, data)) {
    const message =
      'The model is too large to try equalisation, rounding and bias correction on it; it is quantised as it is.';
    return { graph: original, findings: [{ code: 'levers-skipped', severity: 'info', message }] };
  }
  const { fit, held } = holdOut(data);
  const calibrated = async (graph: Graph) => {
    const { ranges } = await rangesOf(graph, quantiser, fit, { ...options, samples: 64 });
    return (changed: Graph) => quantiser.quantize(changed, ranges).graph;
  };
  const { graph, outcomes } = await chooseLevers(
    original,
    accuracyLevers({ data: fit, calibrate: calibrated }),
    async (each) => signalToNoise(original, each, await calibrated(each), { data: held }),
    leastGain,
  );
  return { graph, findings: [{ code: 'accuracy-levers', severity: 'info', message: words(outcomes) }] };
}

/** `Integers come nearer to the float model by: equalise weights (12.4 → 30.4 dB).` */
function words(outcomes: readonly LeverOutcome[]): string {
  const decibels = (value: number) => value.toFixed(1);
  const kept = outcomes.filter(({ isKept }) => isKept);
  if (kept.length === 0) return 'No lever brings the integers nearer to the float model; rounding is as it comes.';
  const list = kept.map(
    ({ lever, before, after }) => `${lever} (${decibels(before)} → ${decibels(after ?? before)} dB)`,
  );
  return `Brought the integers nearer to the float model, on samples held out: ${list.join(', ')}.`;
}
