import { inputTensor, outputTensor } from '../../graph/access.ts';
import type { Graph, Operator } from '../../graph/graph.ts';
import type { NpuPlacement } from '../roofline/npu-estimate.ts';
import operators from './operators.json' with { type: 'json' };

/** What an engine of the NPU executes. */
const onNpu: ReadonlySet<string> = new Set(Object.values(operators.engines).flat());

const integers = /^(u?int8|int16|bool|int32|int64)$/;

/** Where SyNAP's compiler puts an operator, by the tables of its manual. */
export function synapPlacement(graph: Graph, operator: Operator, isInteger: boolean): NpuPlacement {
  const { type, domain } = operator;
  if ((domain !== '' && domain !== 'ai.onnx') || !onNpu.has(type)) {
    return {
      unit: 'cpu',
      reason: `the NPU has no ${type.slice(0, 200)}; replace it by operators of SyNAP's list (manual/npu_operators), or accept the round trip`,
    };
  }
  const dtype = outputTensor(graph, operator)?.dtype ?? inputTensor(graph, operator, 0)?.dtype;
  if (isInteger || dtype === undefined || integers.test(dtype)) return { unit: 'npu', precision: 'int8' };
  return {
    unit: 'cpu',
    reason: `${type.slice(0, 200)} computes in ${dtype}, and the NPU's neural engine and tensor processor compute in int8; quantise the model`,
  };
}
