import { intAttribute } from '../access.ts';
import type { DataType } from '../data-type.ts';
import { normalAxis } from '../evaluate/indexing.ts';
import type { Shape } from '../graph.ts';
import { unknownShape } from './fact.ts';
import { axisOf, integers, like, type Node, one, type Rule, type Rules, shapeOf } from './node.ts';

/** The shape after reducing `axes`; no axes at all means every one. */
function reduced(input: Shape, axes: readonly number[], keep: boolean): Shape {
  const gone = new Set(axes.length === 0 ? input.keys() : axes.map((axis) => normalAxis(axis, input.length)));
  return keep ? input.map((extent, axis) => (gone.has(axis) ? 1 : extent)) : input.filter((_, axis) => !gone.has(axis));
}

function reducedShape(node: Node, axesAt: number): Shape | undefined {
  const input = shapeOf(node, 0);
  const keep = intAttribute(node.operator, 'keepdims', 1) !== 0;
  const axes = integers(node, axesAt, 'axes', []);
  if (input === undefined) return undefined;
  if (axes === undefined) return keep ? unknownShape(input.length) : undefined;
  if (axes.length === 0 && intAttribute(node.operator, 'noop_with_empty_axes', 0) !== 0) return input;
  return reduced(input, axes, keep);
}

const reduce: Rule = (node) => like(node, reducedShape(node, 1));

const argument =
  (dtype: DataType): Rule =>
  (node) => {
    const input = shapeOf(node, 0);
    const axis = input && axisOf(node, input.length, 0);
    if (input === undefined || axis === undefined) return one(dtype, undefined);
    return one(dtype, reduced(input, [axis], intAttribute(node.operator, 'keepdims', 1) !== 0));
  };

const types =
  'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare';

/** Reductions: axes are an attribute up to opset 12 (`ReduceSum`) or 17 (the others), an input after that. */
export const reductionRules: Rules = {
  ...Object.fromEntries(types.split(' ').map((type) => [type, reduce])),
  ArgMax: argument('int64'),
  ArgMin: argument('int64'),
  'com.microsoft:QLinearReduceMean': (node) => like(node, reducedShape(node, 5)),
};
