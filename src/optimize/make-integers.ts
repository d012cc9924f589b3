import type { CalibrationOptions } from '../calibrate/calibrate.ts';
import { syntheticData } from '../calibrate/synthetic.ts';
import type { DataSet } from '../data/data-set.ts';
import type { Graph } from '../graph/graph.ts';
import { tensorNoise } from '../levers/tensor-noise.ts';
import type { Finding } from '../measurement/measurement.ts';
import { OnnxRuntimeError } from '../onnx-runtime/session.ts';
import type { Target } from '../targets/target.ts';
import { calibratorByOrigin, calibratorOf } from './calibrator.ts';
import type { InDialect } from './into-dialect.ts';
import { quantizeMixed } from './mix.ts';
import { type Pulled, pullLevers } from './pull-levers.ts';
import { quantiserOf } from './quantiser.ts';
import type { AppliedRecipe } from './recipe.ts';
import { reopenShapes } from './reopen-shapes.ts';

/** A float graph that is to become integer. */
export interface FloatModel {
  /** As it was read, simplified: what the calibration samples fit. */
  readonly source: Graph;
  /** The same in the operators of the runtime. */
  readonly lowered: InDialect;
}

interface Made {
  readonly graph: Graph;
  readonly findings: readonly Finding[];
  /** How near each tensor comes to the float model's; see `Optimized`. */
  readonly noise?: ReadonlyMap<string, number>;
}

/**
 * Integers of a float graph: QDQ for ONNX, the TensorFlow Lite specification else, with ranges from running it on the calibration set, and weights changed where that brings the
 * integers nearer to it; or with ranges from random inputs where there is no calibration set. A model that ONNX Runtime does not load stays in float, with a finding that says why.
 * @throws UserError when the data set does not fit the model or the model fails on it
 */
export async function makeIntegers(
  { source, lowered }: FloatModel,
  recipe: AppliedRecipe,
  target: Target,
  calibration: DataSet | undefined,
  options: Pick<CalibrationOptions, 'progress'>,
): Promise<Made> {
  const quantiser = quantiserOf(lowered.graph.dialect, recipe, target);
  const calibrating = {
    ...options,
    ...(recipe.observer === undefined ? {} : { observer: recipe.observer }),
    ...(recipe.numbers === 'int16x8' ? { levels: 65535 } : {}),
  };
  const float = quantiser.prepare(lowered.graph);
  try {
    const data = calibration ?? syntheticData(source);
    const calibrator =
      float === lowered.graph
        ? calibratorByOrigin(source, lowered, quantiser, data)
        : calibratorOf(float, quantiser, data);
    const isPulled = calibration !== undefined && recipe.levers !== 'none';
    const pulled: Pulled = isPulled
      ? await pullLevers(float, quantiser, calibration, calibrator, calibrating)
      : { graph: float, findings: [] };
    const last = pulled.graph === float ? calibrator : calibratorOf(pulled.graph, quantiser, data);
    const { ranges, findings } = pulled.calibration ?? (await last.by(calibrating));
    const quantized =
      recipe.leastDecibels === undefined
        ? quantiser.quantize(pulled.graph, ranges)
        : await quantizeMixed(pulled.graph, ranges, data, recipe.leastDecibels);
    const made = quantized.graph.dialect === 'onnx' ? reopenShapes(quantized.graph, lowered.graph) : quantized.graph;
    return {
      graph: made,
      findings: [...pulled.findings, ...findings, ...quantized.findings],
      ...(calibration === undefined ? {} : { noise: await tensorNoise(pulled.graph, quantized.graph, calibration) }),
    };
  } catch (error) {
    if (!(error instanceof OnnxRuntimeError)) throw error;
    return { graph: lowered.graph, findings: [notQuantized(error)] };
  }
}

function notQuantized({ message }: OnnxRuntimeError): Finding {
  const reason = (message.split('\n')[0] ?? '').slice(0, 1500);
  return {
    code: 'not-quantized',
    severity: 'warning',
    message: `The model stays in float, as ONNX Runtime does not load it for calibration: ${reason}`,
  };
}
