import { type CalibrationOptions, calibrate } from '../calibrate/calibrate.ts';
import { syntheticData } from '../calibrate/synthetic.ts';
import type { DataSet } from '../data/data-set.ts';
import { UserError } from '../errors.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import { quantizeOnnx } from '../quantize/onnx/quantize-onnx.ts';
import { observedTensors } from '../quantize/tflite/observed.ts';
import { quantizeTflite } from '../quantize/tflite/quantize-tflite.ts';
import type { Finding } from '../runtimes/measurement.ts';
import type { InDialect } from './into-dialect.ts';
import type { AppliedRecipe } from './recipe.ts';

/** A float graph that is to become integer. */
export interface FloatModel {
  /** As it was read, simplified: what the calibration samples fit. */
  readonly source: Graph;
  /** The same in the operators of the runtime. */
  readonly lowered: InDialect;
}

/**
 * Integers of a float graph: QDQ for ONNX, the TensorFlow Lite specification else, both with ranges from running the graph as it was read on the calibration set,
 * or on random inputs where there is none.
 * @throws UserError when the data set does not fit the model or the model fails on it
 */
export async function makeIntegers(
  { source, lowered }: FloatModel,
  recipe: AppliedRecipe,
  calibration: DataSet | undefined,
  options: Pick<CalibrationOptions, 'progress'>,
): Promise<{ readonly graph: Graph; readonly findings: readonly Finding[] }> {
  const data = calibration ?? syntheticData(source);
  const calibrating = {
    ...options,
    ...(recipe.observer === undefined ? {} : { observer: recipe.observer }),
    ...(recipe.numbers === 'int16x8' ? { levels: 65535 } : {}),
  };
  if (lowered.graph.dialect === 'onnx' && recipe.numbers === 'int16x8') {
    throw new UserError('Recipe int16x8 is for targets that load .tflite; ONNX Runtime has no such kernels. Use int8.');
  }
  if (lowered.graph.dialect === 'onnx') return quantizeOnnx(lowered.graph, data, calibrating);
  const { ranges, findings } = await calibrateLowered(source, lowered, data, calibrating);
  const quantized = quantizeTflite(lowered.graph, ranges, {
    activations: recipe.numbers === 'int16x8' ? 'int16' : 'int8',
  });
  return { graph: quantized.graph, findings: [...findings, ...quantized.findings] };
}

/** Ranges for the lowered graph, from the source graph where that has all that is needed: ONNX Runtime is faster than our float kernels. */
async function calibrateLowered(
  source: Graph,
  { graph, origins }: InDialect,
  data: DataSet,
  options: CalibrationOptions,
) {
  const observed = observedTensors(graph);
  const pairs = observed.flatMap((id): readonly (readonly [TensorId, TensorId])[] => {
    const origin = origins.get(id);
    return origin === undefined ? [] : [[id, origin]];
  });
  if (source === graph || pairs.length < observed.length) return calibrate(graph, observed, data, options);
  const { ranges, findings } = await calibrate(source, [...new Set(pairs.map(([, origin]) => origin))], data, options);
  return {
    ranges: new Map(
      pairs.flatMap(([id, origin]) => {
        const range = ranges.get(origin);
        return range === undefined ? [] : [[id, range] as const];
      }),
    ),
    findings,
  };
}
