import { tensorAt } from '../../graph/access.ts';
import type { Graph, Operator, TensorId } from '../../graph/graph.ts';
import { consumers } from '../../graph/traversal.ts';
import { isQuantised } from './quantised.ts';

/** Operators that TVM compiles into one function: all but the last write to nothing but registers. */
export interface Kernel {
  /** Indices of operators of the graph, in order; none where it only converts the model's inputs. */
  readonly operators: readonly number[];
  /** Tensors of other kernels, or of the model, that it reads; constants are left out. */
  readonly inputs: readonly TensorId[];
  readonly outputs: readonly TensorId[];
  /** It only gives other names to bytes that are there. */
  readonly isView: boolean;
}

/** What an operator allows behind it, `TOpPattern` of apache/tvm: sums, reductions, moves of elements, and what works element by element. */
type Pattern = 'sum' | 'reduction' | 'move' | 'element' | 'view' | 'alone';

const patterns: readonly (readonly [Pattern, RegExp])[] = [
  [
    'sum',
    /^(Conv|ConvTranspose|Gemm|MatMul|QLinearConv|QLinearMatMul|CONV_2D|DEPTHWISE_CONV_2D|TRANSPOSE_CONV|FULLY_CONNECTED|BATCH_MATMUL)$/,
  ],
  [
    'reduction',
    /^(.*Pool|Reduce.*|Mean|Sum|AVERAGE_POOL_2D|MAX_POOL_2D|L2_POOL_2D|MEAN|SUM|REDUCE_.*|Softmax|SOFTMAX|LogSoftmax|LOG_SOFTMAX)$/,
  ],
  ['view', /^(Reshape|Squeeze|Unsqueeze|RESHAPE|SQUEEZE|EXPAND_DIMS|Identity|Dropout)$/],
  [
    'move',
    /^(Transpose|Concat|Slice|Pad|Resize|Upsample|Gather|Expand|Tile|DepthToSpace|SpaceToDepth|TRANSPOSE|CONCATENATION|SLICE|STRIDED_SLICE|PAD|PADV2|MIRROR_PAD|RESIZE_.*|GATHER|TILE|PACK|DEPTH_TO_SPACE|SPACE_TO_DEPTH|Flatten)$/,
  ],
  [
    'alone',
    /^(If|Loop|Scan|IF|WHILE|CALL|TopK|NonMaxSuppression|Unique|NonZero|LSTM|GRU|RNN|.*LSTM|.*RNN|SVDF|Split|SPLIT|SPLIT_V|UNPACK|.*[Nn]ormalization)$/,
  ],
];

/** Everything else works element by element; batch normalisation is taken apart into such operators. */
function patternOf({ type }: Operator): Pattern {
  if (type === 'BatchNormalization') return 'element';
  return patterns.find(([, names]) => names.test(type))?.[0] ?? 'element';
}

const followedBy: Readonly<Record<Pattern, readonly Pattern[]>> = {
  sum: ['element'],
  reduction: ['element'],
  element: ['element', 'move', 'reduction', 'view'],
  move: ['element', 'move', 'reduction', 'view'],
  view: ['view'],
  alone: [],
};

/**
 * The kernels that TVM makes of a graph: an operator joins the one before it when nothing else reads what lies between, and their patterns allow it
 * (apache/tvm, src/relax/transform/fuse_ops.cc, in outline).
 */
export function kernelsOf(graph: Graph): readonly Kernel[] {
  const readers = consumers(graph);
  const kept = new Set(graph.outputs);
  const groupOf = new Map<TensorId, number>();
  const groups: { operators: number[]; pattern: Pattern }[] = [];
  graph.operators.forEach((operator, index) => {
    const pattern = patternOf(operator);
    const before = operator.inputs
      .flatMap((id) => (id !== null && !kept.has(id) && readers.get(id)?.length === 1 ? [groupOf.get(id) ?? -1] : []))
      .filter((group) => followedBy[groups[group]?.pattern ?? 'alone'].includes(pattern));
    // Of two sums whose results meet, the later one takes the sum in.
    const group = before.length === 0 ? groups.length : Math.max(...before);
    const joined = groups[group];
    if (joined === undefined) groups.push({ operators: [index], pattern });
    else {
      joined.operators.push(index);
      if (joined.pattern !== 'sum' && pattern !== 'view') joined.pattern = pattern;
    }
    for (const id of operator.outputs) if (id !== null) groupOf.set(id, group);
  });
  // A kernel runs when its last operator does.
  const kernels = groups
    .sort((a, b) => (a.operators.at(-1) ?? 0) - (b.operators.at(-1) ?? 0))
    .map(({ operators, pattern }) => kernelOf(graph, operators, pattern === 'view'));
  const integers = graph.inputs.filter((id) => isQuantised(tensorAt(graph, id)));
  // Inputs in integers are first of all written in floating point.
  return integers.length === 0
    ? kernels
    : [{ operators: [], inputs: [], outputs: integers, isView: false }, ...kernels];
}

/** Operators that cost next to nothing, because the sum before them works on its results while it has them in registers. */
export function absorbedOperators(graph: Graph, kernels: readonly Kernel[]): ReadonlySet<number> {
  const isSum = (index: number | undefined) => {
    const operator = graph.operators[index ?? -1];
    return operator !== undefined && patternOf(operator) === 'sum';
  };
  return new Set(kernels.flatMap(({ operators }) => (isSum(operators[0]) ? operators.slice(1) : [])));
}

function kernelOf(graph: Graph, operators: readonly number[], isView: boolean): Kernel {
  const members = operators.flatMap((index) => graph.operators[index] ?? []);
  const written = new Set(members.flatMap(({ outputs }) => outputs.filter((id) => id !== null)));
  const read = members.flatMap(({ inputs }) =>
    inputs.filter((id) => id !== null && !written.has(id) && tensorAt(graph, id).data === undefined),
  );
  return {
    operators,
    inputs: [...new Set(read.filter((id) => id !== null))],
    outputs: (members.at(-1)?.outputs ?? []).filter((id) => id !== null),
    isView,
  };
}
