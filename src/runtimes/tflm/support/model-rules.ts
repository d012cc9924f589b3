import { concreteShape } from '../../../graph/access.ts';
import { elementBits } from '../../../graph/data-type.ts';
import type { Graph, Operator, Tensor } from '../../../graph/graph.ts';
import { tflmTensorBytes } from '../arena/lifetimes.ts';
import { offlineOffsets, offlinePlan } from '../offline-plan/offline-plan.ts';

/** Something that must hold of a model, whatever its operators are. Users read `must` in a refusal, and docs/tflm-support.md is made of them. */
export interface ModelRule {
  readonly code: string;
  readonly must: string;
  /** What is there instead, to go on after "here", with its place where it has one. */
  readonly fails: (graphs: readonly Graph[]) => { readonly found: string; readonly where?: string } | undefined;
}

/** Rules of the interpreter itself. Source: tensorflow/tflite-micro 90b983c, lite/micro/micro_allocator.cc, micro_allocation_info.cc, memory_helpers.cc. */
export const modelRules: readonly ModelRule[] = [
  {
    code: 'unsupported-dynamic-shape',
    must: 'An input needs a fixed shape, because memory is planned before the first inference',
    fails: (graphs) => {
      const open = graphs.flatMap((graph) => graph.inputs.map((id) => graph.tensors[id])).find(isOpen);
      return open === undefined
        ? undefined
        : { found: `it is [${open.shape?.join(', ')}]`, where: `tensor "${open.name}"` };
    },
  },
  {
    code: 'unsupported-type',
    must: 'A tensor needs elements of a fixed size, int4 or whole bytes',
    fails: (graphs) => {
      for (const graph of graphs) {
        const tensor = graph.tensors.find(({ dtype }) => !hasSize(dtype));
        if (tensor !== undefined) return { found: `it is ${tensor.dtype}`, where: `tensor "${tensor.name}"` };
      }
      return undefined;
    },
  },
  {
    code: 'invalid-memory-plan',
    must: 'An offline memory plan in a model needs an offset for each of its tensors',
    fails: (graphs) => {
      const [main] = graphs;
      const tensors = graphs.reduce((sum, graph) => sum + graph.tensors.length, 0);
      return main === undefined || offlinePlan(main) === undefined || offlineOffsets(main, tensors) !== undefined
        ? undefined
        : { found: `it is not for the ${tensors} tensors of this model` };
    },
  },
];

const isOpen = (tensor: Tensor | undefined): tensor is Tensor =>
  tensor !== undefined && concreteShape(tensor.shape) === undefined;

/** Source: ConvertTensorType and TfLiteTypeSizeOf, which know no 8-bit floats, nor int2 and uint4. */
function hasSize(dtype: Tensor['dtype']): boolean {
  if (dtype === 'resource' || dtype === 'int4') return true;
  return elementBits(dtype) >= 8 && !dtype.startsWith('float8');
}

/** Rules of the interpreter about single operators, looked at after those of their kernels. */
export interface OperatorRule {
  readonly code: string;
  readonly must: string;
  readonly fails: (graph: Graph, operator: Operator) => string | undefined;
}

/** Source: CheckDynamicTensors in micro_interpreter_graph.cc, ValidateSubgraph in micro_allocation_info.cc. */
export const operatorRules: readonly OperatorRule[] = [
  {
    code: 'unsupported-dynamic-shape',
    must: 'needs outputs whose extents are known and above 0',
    fails: (graph, operator) => {
      // These find out an extent that the file leaves open.
      if (completing.has(operator.type)) return undefined;
      const other = operator.outputs
        .map((id) => (id === null ? undefined : graph.tensors[id]))
        .find((tensor) => tensor !== undefined && hasNoElements(tensor));
      return other === undefined ? undefined : `the shape of "${other.name}" is [${other.shape?.join(', ')}]`;
    },
  },
  {
    code: 'unsupported-operator',
    must: 'needs intermediate tensors without content',
    fails: (graph, operator) => {
      const filled = operator.intermediates
        ?.map((id) => graph.tensors[id])
        .find((tensor) => {
          return tensor !== undefined && tflmTensorBytes(tensor) > 0;
        });
      return filled === undefined ? undefined : `"${filled.name}" has some`;
    },
  },
];

const completing = new Set(['RESHAPE', 'BATCH_MATMUL', 'EMBEDDING_LOOKUP', 'GATHER', 'GATHER_ND']);

/** A shape `[0]` is the old way to write a scalar. */
function hasNoElements({ shape }: Tensor): boolean {
  if (shape === undefined || (shape.length === 1 && shape[0] === 0)) return false;
  return shape.some((extent) => typeof extent !== 'number' || extent <= 0);
}
