import type { Graph } from '../../graph/graph.ts';
import { constantBytes } from '../tflm/cycles.ts';
import type { NpuConfiguration } from './configuration.ts';
import type { NpuFacts, OperatorFacts } from './facts.ts';
import type { VelaRun } from './run-vela.ts';
import { cpuReason } from './support/placement.ts';
import { replacementOf } from './support/replacement.ts';

type Compiled = Extract<VelaRun, { readonly status: 'compiled' }>;

/**
 * What Vela says, told of the model's own operators. Vela names a layer after its output tensor, and what it splits or adds after the tensor that it belongs to
 * (`name_1`); a layer that no operator's output names counts to the operator of the layer before it.
 */
export function factsFromVela(run: Compiled, graph: Graph, { family }: NpuConfiguration): NpuFacts {
  const byOutput = operatorsByOutput(graph);
  const sums = graph.operators.map(() => ({ cycles: 0, sramBytes: 0, cpu: false, seen: false }));
  let current = 0;
  for (const layer of run.layers) {
    const found = takeOperator(byOutput, layer.name);
    if (found !== undefined) current = found;
    const sum = sums[current];
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

/** Indices of the operators that write a tensor of each name, in order: TensorFlow Lite's names may come more than once. */
function operatorsByOutput(graph: Graph): Map<string, number[]> {
  const byOutput = new Map<string, number[]>();
  graph.operators.forEach(({ outputs }, index) => {
    for (const id of outputs) {
      const name = id === null ? undefined : graph.tensors[id]?.name;
      if (name !== undefined) byOutput.set(name, [...(byOutput.get(name) ?? []), index]);
    }
  });
  return byOutput;
}

function takeOperator(byOutput: ReadonlyMap<string, readonly number[]>, name: string): number | undefined {
  return (byOutput.get(name) ?? byOutput.get(name.replace(/_\d+$/, '')))?.[0];
}
