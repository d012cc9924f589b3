import { type Calibration, type CalibrationBy, type CalibrationOptions, calibrate } from '../calibrate/calibrate.ts';
import { calibrateByEach } from '../calibrate/choose-observer.ts';
import type { DataSet } from '../data/data-set.ts';
import type { Graph, TensorId } from '../graph/graph.ts';
import type { InDialect } from './into-dialect.ts';
import type { Quantiser } from './quantiser.ts';

/** Runs one float graph on one data set for the ranges that its integers need. */
export interface Calibrator {
  readonly by: (options: CalibrationOptions) => Promise<Calibration>;
  readonly byEach: (options: Omit<CalibrationOptions, 'observer'>) => Promise<CalibrationBy>;
}

/** Runs the graph itself. */
export function calibratorOf(graph: Graph, quantiser: Quantiser, data: DataSet): Calibrator {
  const observed = quantiser.observed(graph);
  const nothing: Calibration = { ranges: new Map(), samples: 0, findings: [] };
  return {
    by: async (options) => (observed.length === 0 ? nothing : calibrate(graph, observed, data, options)),
    byEach: (options) => calibrateByEach(graph, observed, data, options),
  };
}

/** Runs the graph that a graph was lowered from, where that has all that is needed: ONNX Runtime is faster than our float kernels. */
export function calibratorByOrigin(
  source: Graph,
  { graph, origins }: InDialect,
  quantiser: Quantiser,
  data: DataSet,
): Calibrator {
  const pairs = quantiser.observed(graph).map((id) => [id, origins.get(id)] as const);
  const wanted = [...new Set(pairs.flatMap(([, origin]) => (origin === undefined ? [] : [origin])))];
  if (source === graph || pairs.some(([, origin]) => origin === undefined)) return calibratorOf(graph, quantiser, data);
  const translated = (calibration: Calibration): Calibration => ({
    ...calibration,
    ranges: new Map(
      pairs.flatMap(([id, origin]) => {
        const range = calibration.ranges.get(origin as TensorId);
        return range === undefined ? [] : [[id, range] as const];
      }),
    ),
  });
  return {
    by: async (options) => translated(await calibrate(source, wanted, data, options)),
    byEach: async (options) => {
      const by = await calibrateByEach(source, wanted, data, options);
      return (observer) => translated(by(observer));
    },
  };
}
