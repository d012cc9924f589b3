import type { Graph } from '../../graph/graph.ts';
import { constantBytes } from '../tflm/cycles.ts';
import type { NpuConfiguration } from './configuration.ts';
import type { NpuFacts, OperatorFacts } from './facts.ts';
import { layerOwners } from './layer-owners.ts';
import type { VelaRun } from './run-vela.ts';
import { cpuReason } from './support/placement.ts';
import { replacementOf } from './support/replacement.ts';

type Compiled = Extract<VelaRun, { readonly status: 'compiled' }>;

/** What Vela says, told of the model's own operators. */
export function factsFromVela(run: Compiled, graph: Graph, { family }: NpuConfiguration): NpuFacts {
  const owners = layerOwners(run.layers, graph);
  const sums = graph.operators.map(() => ({ cycles: 0, sramBytes: 0, cpu: false, seen: false }));
  for (const [position, layer] of run.layers.entries()) {
    const sum = sums[owners[position] ?? 0];
    if (sum === undefined) continue;
    sum.cycles += layer.cycles;
    sum.sramBytes = Math.max(sum.sramBytes, layer.sramBytes);
    sum.seen = true;
    if (layer.target === 'CPU') sum.cpu = true;
  }
  const refusals = new Map(run.refusals.map(({ output, reason }) => [output, reason]));
  const ratio =
    run.summary.originalWeightBytes === 0 ? 1 : run.summary.encodedWeightBytes / run.summary.originalWeightBytes;
  const operators = graph.operators.map((operator, index): OperatorFacts => {
    const sum = sums[index];
    if (sum?.cpu !== true) {
      return {
        unit: 'npu',
        cycles: sum?.cycles ?? 0,
        sramBytes: sum?.sramBytes ?? 0,
        weightBytes: Math.round(constantBytes(graph, operator) * ratio),
      };
    }
    const own = cpuReason(graph, operator, family);
    const said = refusals.get(operator.name);
    return {
      unit: 'cpu',
      cycles: 0,
      sramBytes: sum.sramBytes,
      weightBytes: constantBytes(graph, operator),
      reason: own ?? {
        message: `Vela leaves this ${operator.type} to the CPU${said === undefined ? '' : `: ${said}`}.`,
        remedy: replacementOf(operator.type),
      },
    };
  });
  return {
    operators,
    cycles: run.summary.cycles,
    sramBytes: run.summary.sramBytes,
    otherBytes: run.summary.dramBytes + run.summary.flashBytes,
    fileBytes: run.bytes.byteLength,
    from: { kind: 'vela', version: run.version },
  };
}
