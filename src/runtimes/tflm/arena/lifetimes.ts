import { concreteShape, intAttribute, isConstant } from '../../../graph/access.ts';
import { elementBits } from '../../../graph/data-type.ts';
import type { Graph, Operator, Tensor, TensorId } from '../../../graph/graph.ts';
import { ownEntry } from '../../../graph/own.ts';
import { alignUp, type BufferRequest } from '../../plan/buffers.ts';

/** Alignment of buffers, `MicroArenaBufferAlignment()`. */
export const bufferAlignment = 16;

/** A scratch buffer that a kernel asked for, and the operator that uses it. */
export interface ScratchRequest {
  readonly bytes: number;
  /** 0 is the main graph, `k` is `graph.subgraphs[k - 1]`. */
  readonly subgraph: number;
  readonly operator: number;
}

/** A buffer of the memory plan. Moments count the operators as they run, from 1; graph inputs are there at 0, tensors that nobody touches at -1. */
interface ArenaBuffer extends BufferRequest {
  readonly name: string;
  /** Subgraph and number of the tensor that it holds; scratch has none. */
  readonly holds?: { readonly subgraph: number; readonly tensor: TensorId };
}

export interface Lifetimes {
  /** In the order in which the planner is told of them: tensors of each subgraph, then scratch buffers. */
  readonly buffers: readonly ArenaBuffer[];
  /** The main graph's operator that runs at a moment, itself or in a subgraph that it calls. */
  readonly operatorAt: readonly number[];
}

/** Operators that may be visited in all; control flow that calls subgraphs over and over ends here. */
const visitLimit = 1_000_000;

/**
 * Which buffers TensorFlow Lite Micro plans for, and when each is alive. Subgraphs of `IF`, `WHILE` and `CALL_ONCE` are alive while their operator runs.
 * `offsets` are those of an offline plan, by tensor over all subgraphs, -1 where it leaves the choice.
 * Source: tensorflow/tflite-micro 90b983c, lite/micro/micro_allocation_info.cc.
 */
export function arenaLifetimes(
  graphs: readonly Graph[],
  scratch: readonly ScratchRequest[],
  offsets: readonly number[] | undefined,
): Lifetimes {
  const tensors = graphs.map((graph) => graph.tensors.map(() => ({ first: -1, last: -1 })));
  const scratchMoments = scratch.map(() => ({ first: -1, last: -1 }));
  const scratchOf = new Map<string, number[]>();
  scratch.forEach(({ subgraph, operator }, index) => {
    const key = `${subgraph}/${operator}`;
    scratchOf.set(key, [...(scratchOf.get(key) ?? []), index]);
  });
  const operatorAt: number[] = [0];
  const running: number[] = [];
  let moment = 0;
  let visits = 0;

  const create = (life: Moments | undefined) => {
    if (life?.first === -1) life.first = moment;
  };
  const use = (life: Moments | undefined) => {
    if (life !== undefined) life.last = moment;
  };
  const advance = (operator: number) => {
    moment++;
    operatorAt[moment] = operator;
  };

  const mark = (subgraph: number, mainOperator: number) => {
    const graph = graphs[subgraph];
    const own = tensors[subgraph];
    if (graph === undefined || own === undefined || running.includes(subgraph)) return;
    running.push(subgraph);
    for (const id of graph.inputs) {
      create(own[id]);
      use(own[id]);
    }
    graph.operators.forEach((operator, index) => {
      if (visits++ > visitLimit) return;
      const main = subgraph === 0 ? index : mainOperator;
      advance(main);
      for (const id of operator.outputs) if (id !== null) create(own[id]);
      const start = moment;
      for (const called of calledSubgraphs(operator)) {
        advance(main);
        mark(called, main);
      }
      for (const id of operator.inputs) if (id !== null) use(own[id]);
      for (const id of operator.outputs) if (id !== null) use(own[id]);
      for (const request of scratchOf.get(`${subgraph}/${index}`) ?? []) {
        const life = scratchMoments[request];
        if (life?.first === -1) life.first = start;
        use(life);
      }
    });
    for (const id of graph.outputs) {
      create(own[id]);
      use(own[id]);
    }
    running.pop();
  };
  mark(0, 0);

  let position = 0;
  const planned = graphs.flatMap((graph, subgraph) =>
    graph.tensors.flatMap((tensor, id): readonly ArenaBuffer[] => {
      const offset = offsets?.[position++] ?? -1;
      const bytes = tflmTensorBytes(tensor);
      const isVariable = tensor.variable === true;
      if (bytes === 0 || isConstant(tensor) || (isVariable && offset === -1)) return [];
      const life = tensors[subgraph]?.[id] ?? { first: -1, last: -1 };
      const name = tensor.name === '' ? `tensor ${id}` : tensor.name;
      const holds = { subgraph, tensor: id };
      return [{ name, holds, bytes: alignUp(bytes, bufferAlignment), ...life, ...(offset === -1 ? {} : { offset }) }];
    }),
  );
  const scratchBuffers = scratch.map(({ bytes, operator }, index): ArenaBuffer => {
    const life = scratchMoments[index] ?? { first: -1, last: -1 };
    return { name: `scratch of operator ${operator}`, bytes: alignUp(bytes, bufferAlignment), ...life };
  });
  return { buffers: [...planned, ...scratchBuffers], operatorAt };
}

interface Moments {
  first: number;
  last: number;
}

/** Numbers of the subgraphs that an operator runs, in order. */
function calledSubgraphs(operator: Operator): readonly number[] {
  const names: Readonly<Record<string, readonly string[]>> = {
    IF: ['then_subgraph_index', 'else_subgraph_index'],
    WHILE: ['cond_subgraph_index', 'body_subgraph_index'],
    CALL_ONCE: ['init_subgraph_index'],
  };
  return (ownEntry(names, operator.type) ?? []).map((name) => intAttribute(operator, name, 0));
}

/**
 * Bytes of a tensor in TensorFlow Lite Micro: the product of the file's extents and the element's size, four-bit elements taking a byte each.
 * 0 for element types without a size there. Source: lite/micro/memory_helpers.cc of tensorflow/tflite-micro 90b983c.
 */
export function tflmTensorBytes(tensor: Tensor): number {
  const shape = concreteShape(tensor.shape);
  const bits = elementBits(tensor.dtype);
  const elementBytes =
    tensor.dtype === 'resource' ? 4 : tensor.dtype === 'int2' || tensor.dtype === 'uint2' ? 0 : Math.ceil(bits / 8);
  return shape === undefined ? 0 : Math.max(0, shape.reduce((product, extent) => product * extent, 1) * elementBytes);
}
