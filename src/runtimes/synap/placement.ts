import { inputTensor, outputTensor } from '../../graph/access.ts';
import type { Graph, Operator } from '../../graph/graph.ts';
import operators from './operators.json' with { type: 'json' };

/** The engines of the NPU, fastest first. */
type Engine = keyof typeof operators.engines;

const engineOf: ReadonlyMap<string, Engine> = new Map(
  Object.entries(operators.engines).flatMap(([engine, types]) => types.map((type) => [type, engine as Engine])),
);

/** Where an operator runs: on an engine of the NPU, or on the CPU and why. */
export type Placement =
  | { readonly unit: 'npu'; readonly engine: Engine }
  | { readonly unit: 'cpu'; readonly reason: string };

const integers = /^(u?int8|int16|bool|int32|int64)$/;

/** Where SyNAP's compiler puts an operator, by the tables of its manual. */
export function synapPlacement(graph: Graph, operator: Operator, isInteger: boolean): Placement {
  const { type, domain } = operator;
  const engine = domain === '' || domain === 'ai.onnx' ? engineOf.get(type) : undefined;
  if (engine === undefined) {
    return {
      unit: 'cpu',
      reason: `the NPU has no ${type.slice(0, 200)}; replace it by operators of SyNAP's list (manual/npu_operators), or accept the round trip`,
    };
  }
  const dtype = outputTensor(graph, operator)?.dtype ?? inputTensor(graph, operator, 0)?.dtype;
  if (isInteger || dtype === undefined || integers.test(dtype)) return { unit: 'npu', engine };
  return {
    unit: 'cpu',
    reason: `${type.slice(0, 200)} computes in ${dtype}, and the NPU's neural engine and tensor processor compute in int8; quantise the model`,
  };
}
