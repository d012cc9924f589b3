import type { Calibration, CalibrationOptions } from '../calibrate/calibrate.ts';
import { chooseObserver, type ObserverChoice, type ScoreRanges } from '../calibrate/choose-observer.ts';
import { observers } from '../calibrate/range.ts';
import type { DataSet } from '../data/data-set.ts';
import { rememberSamples } from '../data/remember-samples.ts';
import type { Graph } from '../graph/graph.ts';
import { graphMacs } from '../graph/macs.ts';
import {
  biasLever,
  type CalibrateGraph,
  compensatingLevers,
  equalisingLevers,
  holdOut,
} from '../levers/accuracy-levers.ts';
import { chooseLevers, type Lever, type LeverOutcome } from '../levers/choose-levers.ts';
import type { QuantizeGraph } from '../levers/correct-bias.ts';
import { weightedLayers } from '../levers/layer-weights.ts';
import { narrowSquashed } from '../levers/narrow-squashed.ts';
import { type Nearness, nearnessTo } from '../levers/signal-to-noise.ts';
import type { Finding } from '../measurement/measurement.ts';
import { type Calibrator, calibratorOf } from './calibrator.ts';
import type { Quantiser } from './quantiser.ts';

/** Samples below which what helps those that are held out is chance. */
const fewestSamples = 16;
/** Multiply-accumulates that trying all levers may take: about a minute. */
const mostMacs = 1e11;
/** Those that choosing an observer may, a few seconds: ONNX Runtime computes faster than our integer kernels. */
const mostMacsOfObservers: Readonly<Record<Graph['dialect'], number>> = { onnx: 1.25e10, tflite: 6e9 };
/** Samples that tell observers apart, and as many as are worth scoring. */
const scored = { least: 4, most: 64 };
/** Decibels that a lever has to bring; less may be chance. */
const leastGain = 0.1;

/** A float graph that is ready to become integers. */
export interface Pulled {
  readonly graph: Graph;
  /** Its ranges from all samples, where they were found on the way. */
  readonly calibration?: Calibration;
  readonly findings: readonly Finding[];
}

/**
 * The float graph with the weights that lose least when they become integers, and ranges by the observer that loses least. First what evens out ranges, each way with the observer
 * that suits it best: what a lever is worth depends on what the observer cuts off. Then rounding for that observer, kept where the integer graph comes nearer to the float graph on
 * calibration samples that it was not made from; then the observer again; and then biases for the very ranges that it finds.
 * @param calibrator of the graph as it is
 * @param options with `observer`, that one is used throughout
 */
export async function pullLevers(
  original: Graph,
  quantiser: Quantiser,
  given: DataSet,
  calibrator: Calibrator,
  options: CalibrationOptions,
): Promise<Pulled> {
  const data = rememberSamples(given);
  if (data.count < fewestSamples || quantiser.observed(original).length === 0) return { graph: original, findings: [] };
  const macs = graphMacs(original);
  let nearness: Nearness | undefined;
  const observerOf = async (
    graph: Graph,
    calibrator: Calibrator,
    rival?: ObserverChoice,
  ): Promise<ObserverChoice | undefined> => {
    // A run in float and one by each observer.
    const most = mostMacsOfObservers[graph.dialect] / (macs * (observers.length + 1));
    if (options.observer !== undefined || most < scored.least) return undefined;
    nearness ??= nearnessTo(original, { data, samples: Math.min(scored.most, Math.floor(most)) });
    const near = nearness;
    const score: ScoreRanges = (ranges) => near(graph, (each) => quantiser.quantize(each, ranges).graph);
    return chooseObserver(await calibrator.byEach(options), score, rival);
  };
  if (macs * Math.min(data.count, 64) * (weightedLayers(original).length + 10) > mostMacs) {
    const message =
      'The model is too large to try equalisation, rounding and bias correction on it; it is quantised as it is.';
    const only = await observerOf(original, calibrator);
    const skipped: Finding = { code: 'levers-skipped', severity: 'info', message };
    return { graph: original, ...chosen(only), findings: [skipped, ...aboutObserver(only)] };
  }
  const { fit, held } = holdOut(data);
  const onHeld = nearnessTo(original, { data: held });
  const pull = (
    graph: Graph,
    by: Pick<CalibrationOptions, 'observer'>,
    leversOf: (calibrate: CalibrateGraph) => readonly Lever[],
  ) => {
    const found = new WeakMap<Graph, Promise<QuantizeGraph>>();
    const calibrateAnew: CalibrateGraph = async (each) => {
      const { ranges } = await calibratorOf(each, quantiser, fit).by({ ...options, ...by, samples: 64 });
      return (changed) => quantiser.quantize(changed, ranges).graph;
    };
    // A lever starts from the graph that was scored last.
    const calibrated: CalibrateGraph = (each) => {
      const known = found.get(each) ?? calibrateAnew(each);
      found.set(each, known);
      return known;
    };
    const score = async (each: Graph) => onHeld(each, await calibrated(each));
    return chooseLevers(graph, leversOf(calibrated), score, leastGain);
  };
  const choices = new Map<Graph, ObserverChoice>();
  const chooseFor = async (graph: Graph, rival?: ObserverChoice): Promise<ObserverChoice | undefined> => {
    const ofGraph = graph === original ? calibrator : calibratorOf(graph, quantiser, data);
    const choice = await observerOf(graph, ofGraph, rival);
    if (choice !== undefined) choices.set(graph, choice);
    return choice;
  };
  const equalising = equalisingLevers({ data: fit });
  const plain = await chooseFor(original);
  const scoreOf = (choice: ObserverChoice): number => choice.scores.get(choice.observer) ?? Number.NEGATIVE_INFINITY;
  const even =
    plain === undefined
      ? await pull(original, {}, () => equalising)
      : await chooseLevers(
          original,
          equalising,
          async (graph) => scoreOf(graph === original ? plain : ((await chooseFor(graph, plain)) ?? plain)),
          leastGain,
        );
  const first = choices.get(even.graph);
  const by = first === undefined ? {} : { observer: first.observer };
  const { graph, outcomes } = await pull(even.graph, by, (calibrate) => compensatingLevers({ data: fit, calibrate }));
  const last = graph === even.graph ? first : await chooseFor(graph);
  const calibration =
    last ?? (await (graph === original ? calibrator : calibratorOf(graph, quantiser, data)).by(options));
  const quantize: QuantizeGraph = (each) => quantiser.quantize(each, calibration.ranges).graph;
  const biases = [biasLever({ data: fit, quantize })];
  const corrected = await chooseLevers(graph, biases, (each) => onHeld(each, quantize), leastGain);
  const message = words([...even.outcomes, ...outcomes, ...corrected.outcomes]);
  const about: Finding = { code: 'accuracy-levers', severity: 'info', message };
  const narrowed = last && (await narrowSquashed(graph, last.ranges, { data }));
  return {
    graph: corrected.graph,
    calibration: narrowed === undefined ? calibration : { ...calibration, ranges: narrowed },
    findings: [about, ...aboutObserver(last)],
  };
}

const chosen = (calibration: ObserverChoice | undefined): Pick<Pulled, 'calibration'> =>
  calibration === undefined ? {} : { calibration };

function aboutObserver(choice: ObserverChoice | undefined): readonly Finding[] {
  if (choice === undefined) return [];
  const { observer, scores } = choice;
  const decibels = scores.get(observer)?.toFixed(1);
  const message = `Ranges by ${observer}, which of ${[...scores.keys()].join(', ')} keeps the outputs nearest to the float model's (${decibels} dB).`;
  return [{ code: 'observer', severity: 'info', message }];
}

/** `Integers come nearer to the float model by: equalise weights (12.4 → 30.4 dB).` */
function words(outcomes: readonly LeverOutcome[]): string {
  const decibels = (value: number) => value.toFixed(1);
  const kept = outcomes.filter(({ isKept }) => isKept);
  if (kept.length === 0) return 'No lever brings the integers nearer to the float model; rounding is as it comes.';
  const list = kept.map(
    ({ lever, before, after }) => `${lever} (${decibels(before)} → ${decibels(after ?? before)} dB)`,
  );
  return `Brought the integers nearer to the float model, on calibration samples: ${list.join(', ')}.`;
}
