import type { Graph } from '../../../graph/graph.ts';
import { constantBytes } from '../../tflm/cycles.ts';
import type { NpuConfiguration } from '../configuration.ts';
import type { NpuFacts, OperatorFacts } from '../facts.ts';
import { placements } from '../support/placements.ts';
import { fileSizes } from './file-size.ts';
import { schedule } from './schedule.ts';
import { stepsOf } from './steps.ts';

/** What Vela would say of a model, computed without it. Shapes must be known; what is not known counts as 1. */
export function modelledFacts(graph: Graph, configuration: NpuConfiguration): NpuFacts {
  const placed = placements(graph, configuration.family);
  const scheduled = schedule(graph, placed, stepsOf(graph, placed), configuration);
  const sizes = fileSizes(graph, placed, scheduled);
  const operators = placed.map((placement, index): OperatorFacts => {
    const operator = graph.operators[index];
    const { cycles = 0, sramBytes = 0, weightBytes = 0 } = scheduled.operators[index] ?? {};
    return {
      unit: placement.unit,
      cycles,
      sramBytes,
      weightBytes: placement.unit === 'cpu' && operator !== undefined ? constantBytes(graph, operator) : weightBytes,
      ...(placement.unit === 'cpu' ? { reason: placement.reason } : {}),
    };
  });
  return {
    operators,
    cycles: scheduled.operators.reduce((sum, { cycles }) => sum + cycles, 0),
    sramBytes: scheduled.sramBytes,
    otherBytes: sizes.npuBytes + sizes.constantBytes + scheduled.outsideBytes,
    fileBytes: sizes.fileBytes,
    from: { kind: 'model' },
  };
}
