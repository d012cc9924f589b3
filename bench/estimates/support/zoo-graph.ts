import type { DataType } from '../../../src/graph/data-type.ts';
import { emptyGraph } from '../../../src/graph/empty-graph.ts';
import type { Attribute, Graph, Operator, Tensor } from '../../../src/graph/graph.ts';

/** A model as graphs.json keeps it: shapes, types and lengths, no weights and no options. */
export interface OperatorList {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly tensors: readonly {
    readonly shape: readonly number[];
    readonly type: string;
    readonly const_bytes: number;
    /** Scales that it has. */
    readonly scales: number;
  }[];
  readonly nodes: readonly { readonly op: string; readonly in: readonly number[]; readonly out: readonly number[] }[];
  readonly file_bytes: number;
}

/** A graph of an operator list: constants are zeros, strides and padding are what the shapes say. */
export function graphOfOperatorList(list: OperatorList): Graph {
  const tensors = list.tensors.map((tensor, index): Tensor => {
    const scales = new Array<number>(tensor.scales).fill(1);
    return {
      name: `${index}`,
      dtype: tensor.type as DataType,
      shape: tensor.shape,
      ...(tensor.const_bytes > 0 ? { data: new Uint8Array(tensor.const_bytes) } : {}),
      ...(tensor.scales > 0 ? { quantization: { scale: scales, zeroPoint: scales.map(() => 0), axis: 0 } } : {}),
    };
  });
  const operators = list.nodes.map(
    (node): Operator => ({
      name: '',
      type: node.op,
      domain: '',
      version: 1,
      inputs: node.in.map((id) => (id < 0 ? null : id)),
      outputs: node.out,
      attributes: windowOf(list, node),
    }),
  );
  return {
    ...emptyGraph('tflite', 'main'),
    tensors,
    operators,
    inputs: list.inputs,
    outputs: list.outputs,
  };
}

function windowOf(list: OperatorList, node: OperatorList['nodes'][number]): Readonly<Record<string, Attribute>> {
  const input = list.tensors[node.in[0] ?? -1]?.shape ?? [];
  const output = list.tensors[node.out[0] ?? -1]?.shape ?? [];
  if (!/CONV_2D|POOL_2D/.test(node.op) || input.length !== 4 || output.length !== 4) return {};
  const stride = [1, 2].map((axis) => Math.max(1, Math.round((input[axis] ?? 1) / (output[axis] ?? 1))));
  const isSame = [1, 2].every((axis, of) => Math.ceil((input[axis] ?? 1) / (stride[of] ?? 1)) === output[axis]);
  const int = (value: number): Attribute => ({ kind: 'int', value });
  return {
    stride_h: int(stride[0] ?? 1),
    stride_w: int(stride[1] ?? 1),
    padding: { kind: 'string', value: isSame ? 'SAME' : 'VALID' },
    // Pooling windows are not kept; those of these models are as large as their strides.
    filter_height: int(stride[0] ?? 1),
    filter_width: int(stride[1] ?? 1),
  };
}
