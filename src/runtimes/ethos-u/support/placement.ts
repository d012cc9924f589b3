import type { Graph, Operator } from '../../../graph/graph.ts';
import type { Family } from '../configuration.ts';
import { commonRules } from './common-rules.ts';
import table from './operators.json' with { type: 'json' };
import { replacementOf } from './replacement.ts';
import { rulesOfType } from './type-rules.ts';
import { operatorView } from './view.ts';

/** Why an operator runs on the CPU, in a user's words. */
export interface CpuReason {
  /** A sentence: what the NPU asks for and what is the case. */
  readonly message: string;
  /** A sentence: what to replace it with. */
  readonly remedy: string;
}

const taken: Readonly<Record<'both' | 'u85', ReadonlySet<string>>> = {
  both: new Set(table.both),
  u85: new Set(table.u85),
};

/** True for types that the NPU takes at all. */
export function isNpuType(type: string, family: Family): boolean {
  return taken.both.has(type) || (family === 'u85' && taken.u85.has(type));
}

/** Why Vela leaves an operator to the CPU, or `undefined` when it gives it to the NPU. */
export function cpuReason(graph: Graph, operator: Operator, family: Family): CpuReason | undefined {
  const { type } = operator;
  const npu = `Ethos-${family.toUpperCase()}`;
  if (operator.domain === 'custom' || !isNpuType(type, family)) {
    return { message: `${npu} has no ${type}.`, remedy: replacementOf(type) };
  }
  const view = operatorView(graph, operator, family);
  for (const { must, remedy, fails } of [...commonRules, ...rulesOfType(type)]) {
    const found = fails(view);
    if (found !== undefined) {
      return { message: `${type} on ${npu} ${must}; here ${found}.`, remedy: `To keep it on the NPU, ${remedy}.` };
    }
  }
  return undefined;
}
