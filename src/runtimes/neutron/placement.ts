import { inputTensor, outputTensor } from '../../graph/access.ts';
import type { Graph } from '../../graph/graph.ts';
import type { NpuPlacement, NpuStep } from '../roofline/npu-estimate.ts';
import operators from './operators.json' with { type: 'json' };

const known: ReadonlySet<string> = new Set(operators.operators);

/** Where NXP's converter puts an operator for the Neutron NPU of MCX N. */
export function neutronPlacement(graph: Graph, { operator }: NpuStep): NpuPlacement {
  const type = operator.type.slice(0, 200);
  if (operator.domain !== '' || !known.has(type)) {
    return {
      unit: 'cpu',
      reason: `no published network shows that the Neutron NPU of MCX N takes ${type}; the neutron-converter of eIQ says whether it does`,
    };
  }
  const types = [inputTensor(graph, operator, 0)?.dtype, outputTensor(graph, operator)?.dtype];
  if (types.some((dtype) => dtype !== 'int8')) {
    return {
      unit: 'cpu',
      reason: `the Neutron NPU computes in int8 and this in ${types.join(' and ')}; quantise the model`,
    };
  }
  return { unit: 'npu', precision: 'int8' };
}
