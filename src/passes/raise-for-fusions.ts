import { opsetVersion, withOpset } from '../formats/onnx/opset.ts';
import { intAttribute, intsAttribute } from '../graph/access.ts';
import { constantOf } from '../graph/evaluate/constant-value.ts';
import type { Graph, Operator } from '../graph/graph.ts';
import { nestedGraphs } from '../graph/traversal.ts';
import { edit, hasType, withoutAttributes } from './edit.ts';

/** Operators that the fusions make, the operator set that first has each, and what a graph must have for it to be worth a try. */
const fused: readonly (readonly [string, number, (graph: Graph) => boolean])[] = [
  [
    'HardSwish',
    14,
    (graph) => hasType(graph, 'HardSigmoid') || (hasType(graph, 'Clip') && hasType(graph, 'Div', 'Mul')),
  ],
  ['LayerNormalization', 17, (graph) => hasType(graph, 'ReduceMean') && hasType(graph, 'Sqrt', 'Pow')],
  ['Mish', 18, (graph) => hasType(graph, 'Tanh') && hasType(graph, 'Softplus', 'Log')],
  ['Gelu', 20, (graph) => hasType(graph, 'Erf') || (hasType(graph, 'Tanh') && hasType(graph, 'Pow', 'Mul'))],
];

/** Reductions whose axes became an input with set 18 (`ReduceSum` with set 13). */
const reductions: ReadonlySet<string> = new Set(
  'ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare'.split(' '),
);

/** Operators that mean something else in a later set, or that no rule here follows there, and from which set on. */
const changing: Readonly<Record<string, number>> = {
  Softmax: 13,
  LogSoftmax: 13,
  Hardmax: 13,
  Squeeze: 13,
  Unsqueeze: 13,
  ReduceSum: 13,
  Split: 13,
  Upsample: 10,
  Scatter: 11,
  RoiAlign: 16,
  GridSample: 20,
  DFT: 20,
  GroupNormalization: 21,
};

/** The oldest set from which on the rules hold: resizing, padding, slicing and clipping have not changed since. */
const oldest = 11;

/**
 * The graph in the operator set that has what the fusions make, where every operator means the same there; the very same graph where that is
 * not so, nothing is to be fused, or the set is new enough (what changed is listed at https://onnx.ai/onnx/operators).
 */
export function raiseForFusions(graph: Graph): Graph {
  const version = opsetVersion(graph);
  const wanted = fused.filter(([, first, isWorthATry]) => first > (version ?? first) && isWorthATry(graph));
  const reached = Math.max(0, ...wanted.map(([, first]) => first));
  if (version === undefined || version < oldest || reached <= version) return graph;
  if (!graph.operators.every((operator) => meansTheSame(operator, version, reached))) return graph;
  const rewriting = edit(graph);
  for (const [index, operator] of rewriting.operators()) {
    if (operator.domain !== '') continue;
    if (reductions.has(operator.type) && version < 18 && reached >= 18) {
      const axes = intsAttribute(operator, 'axes');
      if (axes === undefined) continue;
      const input = rewriting.addConstant(`${operator.name}_axes`, constantOf('int64', [axes.length], axes));
      rewriting.replace(index, {
        ...operator,
        inputs: [operator.inputs[0] ?? null, input],
        attributes: withoutAttributes(operator, 'axes'),
      });
    }
    if (operator.type === 'Split' && operator.inputs.length < 2 && version < 18 && reached >= 18) {
      const attributes = {
        ...operator.attributes,
        num_outputs: { kind: 'int', value: operator.outputs.length } as const,
      };
      rewriting.replace(index, { ...operator, attributes });
    }
  }
  return withOpset(rewriting.finish(), '', reached);
}

/** True when a graph has an operator that only a raised set has. */
export function hasNewerOperator(graph: Graph, version: number): boolean {
  return fused.some(([type, first]) => first > version && hasType(graph, type));
}

function meansTheSame(operator: Operator, version: number, reached: number): boolean {
  if (operator.domain !== '') return true;
  if (nestedGraphs(operator).length > 0) return false;
  const change = Object.hasOwn(changing, operator.type) ? changing[operator.type] : undefined;
  if (change !== undefined && version < change && reached >= change) return false;
  if (operator.type === 'BatchNormalization') return operator.outputs.length === 1;
  // Set 19 settled how windows beyond the edge count.
  if (operator.type === 'AveragePool') return reached < 19 || intAttribute(operator, 'ceil_mode', 0) === 0;
  return true;
}
