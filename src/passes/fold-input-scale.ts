import { intAttribute } from '../graph/access.ts';
import type { ConstantValue } from '../graph/evaluate/constant-value.ts';
import type { Graph, Operator } from '../graph/graph.ts';
import { factsOf } from '../graph/infer/propagate.ts';
import { type Edit, edit, hasType, isType } from './edit.ts';
import { soleConsumerOf } from './match.ts';

/**
 * A constant per channel that the input of a layer is multiplied with becomes part of the layer's weights.
 *
 * ```
 *   x ─▶ Mul(c) ─▶ Conv(W, b) ─▶ y          x ─▶ Conv(W · c, b) ─▶ y
 * ```
 *
 * `Conv`, `Gemm` and `MatMul` with weights of their own; padding stays right, as it is 0 before and after.
 */
export function foldInputScale(graph: Graph): Graph {
  if (!hasType(graph, 'Mul', 'Div')) return graph;
  const facts = factsOf(graph);
  const rewriting = edit(graph);
  for (const [index, operator] of rewriting.operators()) {
    if (!isType(operator, 'Mul', 'Div') || operator.version < 7 || operator.inputs.length !== 2) continue;
    const side = operator.type === 'Mul' && rewriting.constant(operator.inputs[0]) !== undefined ? 0 : 1;
    const constant = rewriting.constant(operator.inputs[side]);
    const x = operator.inputs[1 - side];
    const layer = soleConsumerOf(rewriting, operator.outputs[0], 'Conv', 'Gemm', 'MatMul');
    if (constant?.dtype !== 'float32' || x === null || x === undefined || layer === undefined) continue;
    const rank = facts.get(x)?.shape?.length;
    if (layer[1].inputs[0] !== operator.outputs[0] || rank === undefined || constant.shape.length > rank) continue;
    const elements = constant.elements as Float32Array;
    const factors = operator.type === 'Mul' ? elements : elements.map((value) => 1 / value);
    const scaled = scaledLayer(rewriting, layer[1], { ...constant, elements: factors }, rank);
    if (scaled === undefined) continue;
    rewriting.replace(layer[0], { ...scaled, inputs: [x, ...scaled.inputs.slice(1)] });
    rewriting.remove(index);
  }
  return rewriting.finish();
}

/** The layer with weights times the factor of the input channel that they belong to. */
function scaledLayer(rewriting: Edit, layer: Operator, factors: ConstantValue, rank: number): Operator | undefined {
  const id = layer.inputs[1];
  const weight = rewriting.constant(id);
  if (weight?.dtype !== 'float32' || id === null || id === undefined || rewriting.isPinned(id)) return undefined;
  if (rewriting.useCount(id) !== 1 || weight.shape.length < 2) return undefined;
  const isConv = layer.type === 'Conv';
  if (layer.type === 'Gemm' && intAttribute(layer, 'transA', 0) !== 0) return undefined;
  if (!isConv && weight.shape.length !== 2) return undefined;
  const isTransposed = layer.type === 'Gemm' && intAttribute(layer, 'transB', 0) !== 0;
  const inputAxis = isConv || isTransposed ? 1 : 0;
  const groups = isConv ? intAttribute(layer, 'group', 1) : 1;
  const channels = (weight.shape[inputAxis] as number) * groups;
  const channelAxis = (isConv ? 1 : rank - 1) - rank + factors.shape.length;
  const isPerChannel = factors.shape.every(
    (extent, axis) => extent === 1 || (axis === channelAxis && extent === channels),
  );
  if (!isPerChannel) return undefined;
  const source = weight.elements as Float32Array;
  const [first = 1, second = 1] = weight.shape;
  const inner = source.length / (first * second);
  const perGroup = first / groups;
  const elements = new Float32Array(source.length);
  for (let i = 0; i < elements.length; i++) {
    const row = Math.floor(i / (inner * second));
    const column = Math.floor(i / inner) % second;
    const channel = inputAxis === 0 ? row : Math.floor(row / perGroup) * second + column;
    elements[i] = (source[i] as number) * (factors.elements[factors.elements.length === 1 ? 0 : channel] as number);
    if (!Number.isFinite(elements[i])) return undefined;
  }
  const scaledId = rewriting.addConstant(`${rewriting.tensor(id).name}_scaled`, { ...weight, elements });
  return { ...layer, inputs: [null, scaledId, ...layer.inputs.slice(2)] };
}
