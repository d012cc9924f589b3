import { concreteShape, inputTensor } from '../../graph/access.ts';
import type { Graph, Operator, Tensor } from '../../graph/graph.ts';
import type { NpuPlacement, NpuStep } from '../roofline/npu-estimate.ts';
import { precisionOf } from '../roofline/work.ts';
import operators from './operators.json' with { type: 'json' };

const mapped: ReadonlySet<string> = new Set(operators.operators);

/** Operators whose weights must be of the type of what they are applied to. */
const weighted = /^(CONV_2D|DEPTHWISE_CONV_2D|FULLY_CONNECTED)$/;

/** Where the VX delegate puts an operator, by the conditions of its `op_map.cc`. */
export function vxPlacement(graph: Graph, { operator }: NpuStep): NpuPlacement {
  const reason = whyNot(graph, operator);
  if (reason !== undefined) return { unit: 'cpu', reason };
  return { unit: 'npu', precision: precisionOf(graph, operator) };
}

function whyNot(graph: Graph, operator: Operator): string | undefined {
  const { domain } = operator;
  const type = operator.type.slice(0, 200);
  if (domain !== '' || !mapped.has(type)) {
    return `the VX delegate does not take ${type}; replace it by operators of its list (op_status.md), or accept the round trip`;
  }
  const tensors = (ids: Operator['inputs']) =>
    ids.flatMap((id): readonly Tensor[] => {
      const tensor = id === null ? undefined : graph.tensors[id];
      return tensor === undefined ? [] : [tensor];
    });
  const [inputs, outputs] = [tensors(operator.inputs), tensors(operator.outputs)];
  if (type !== 'BROADCAST_TO' && [...inputs, ...outputs].some(({ dtype }) => dtype === 'int64')) {
    return 'the VX delegate takes no 64-bit integers; use int32';
  }
  if (outputs.some(({ dtype }) => dtype === 'int16')) {
    return 'the VX delegate takes no results in int16; quantise activations to int8';
  }
  if (inputs.some(({ shape }) => (concreteShape(shape)?.length ?? 0) > 6)) {
    return 'the VX delegate takes at most six dimensions';
  }
  const [data, weights] = [inputTensor(graph, operator, 0), inputTensor(graph, operator, 1)];
  if (weighted.test(type) && data !== undefined && weights !== undefined && data.dtype !== weights.dtype) {
    return `the VX delegate takes no weights in ${weights.dtype} for activations in ${data.dtype}; quantise both`;
  }
  return undefined;
}
