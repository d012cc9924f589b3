import { intAttribute } from '../graph/access.ts';
import { constantOf, countOf } from '../graph/evaluate/constant-value.ts';
import type { Graph, Operator, TensorId } from '../graph/graph.ts';
import { factsOf } from '../graph/infer/propagate.ts';
import { type Edit, edit, hasType, isType } from './edit.ts';
import {
  integersOf,
  isScalar,
  type MaybeId,
  otherInput,
  producerOf,
  scalarOf,
  soleConsumerOf,
  sortedAxes,
} from './match.ts';

/**
 * The pieces of layer normalisation are put together again (Ba, Kiros and Hinton, "Layer Normalization", 2016, §3).
 *
 * ```
 *   x ─┬─▶ ReduceMean ─▶ Sub ─┬─▶ Pow(2) ─▶ ReduceMean ─▶ Add(ε) ─▶ Sqrt ─▶ Div ─▶ Mul(γ) ─▶ Add(β) ─▶ y
 *      └──────────────────▲   └──────────────────────────────────────────────▲
 *   x ─▶ LayerNormalization(γ, β, axis, ε) ─▶ y
 * ```
 *
 * Over the last axes only, with γ and β of exactly their extents (a γ or β that is left out counts as ones or nothing).
 * `LayerNormalization` exists from opset 17 on.
 */
export function fuseLayerNormalization(graph: Graph): Graph {
  if (!hasType(graph, 'ReduceMean') || !hasType(graph, 'Div', 'Reciprocal')) return graph;
  const facts = factsOf(graph);
  const rewriting = edit(graph);
  for (const [index, operator] of rewriting.operators()) {
    if (operator.version < 17 || !isType(operator, 'Div', 'Mul')) continue;
    const core = coreOf(rewriting, operator);
    const known = core && facts.get(core.x);
    const { length: rank = 0 } = known?.shape ?? [];
    const [first, ...rest] = (core && sortedAxes(core.axes, rank)) ?? [];
    if (core === undefined || first === undefined || known?.dtype !== 'float32' || rank - first !== rest.length + 1)
      continue;
    const extents = known.shape?.slice(first) ?? [];
    if (!extents.every((extent) => typeof extent === 'number')) continue;
    const fits = (id: MaybeId): boolean => {
      const value = rewriting.constant(id);
      return value?.dtype === 'float32' && value.shape.join() === extents.join();
    };
    let last: readonly [number, Operator] = [index, operator];
    const scaling = soleConsumerOf(rewriting, operator.outputs[0], 'Mul');
    let scale = scaling && otherInput(scaling[1], operator.outputs[0] as TensorId);
    if (scaling !== undefined && fits(scale)) last = scaling;
    else {
      if (countOf(extents) > maximumOnes) continue;
      scale = rewriting.addConstant(
        `${operator.name}_ones`,
        constantOf('float32', extents, new Float32Array(countOf(extents)).fill(1)),
      );
    }
    const shifting = soleConsumerOf(rewriting, last[1].outputs[0], 'Add');
    const shift = shifting && otherInput(shifting[1], last[1].outputs[0] as TensorId);
    const hasShift = shifting !== undefined && fits(shift);
    if (hasShift) last = shifting;
    rewriting.replace(last[0], {
      ...last[1],
      type: 'LayerNormalization',
      inputs: [core.x, scale as TensorId, ...(hasShift ? [shift as TensorId] : [])],
      attributes: { axis: { kind: 'int', value: first }, epsilon: { kind: 'float', value: core.epsilon } },
    });
  }
  return rewriting.finish();
}

/** Elements of a γ that is made up because the graph has none: more would not be smaller than the operators. */
const maximumOnes = 4096;

/** `x`, axes and ε of `(x − mean) / √(mean((x − mean)²) + ε)`; `undefined` for other operators. */
function coreOf(rewriting: Edit, { type, inputs }: Operator) {
  for (const [difference, divisor] of type === 'Div' ? [inputs] : [inputs, [...inputs].reverse()]) {
    const root = type === 'Div' ? divisor : producerOf(rewriting, divisor, 'Reciprocal')?.[1].inputs[0];
    const sum = producerOf(rewriting, rootOf(rewriting, root), 'Add')?.[1];
    for (const side of [0, 1] as const) {
      const epsilon = scalarOf(rewriting, sum?.inputs[1 - side]);
      const variance = meanOf(rewriting, sum?.inputs[side]);
      const centred = producerOf(rewriting, difference, 'Sub')?.[1];
      const [x, mean] = centred?.inputs ?? [];
      const around = meanOf(rewriting, mean);
      if (epsilon === undefined || variance === undefined || around === undefined || x === null || x === undefined)
        continue;
      if (around.of !== x || around.axes.join() !== variance.axes.join()) continue;
      if (isSquare(rewriting, variance.of, difference)) return { x, axes: around.axes, epsilon };
    }
  }
  return undefined;
}

/** What a square root is taken of. */
function rootOf(rewriting: Edit, id: MaybeId): MaybeId {
  const root = producerOf(rewriting, id, 'Sqrt', 'Pow')?.[1];
  return root?.type === 'Pow' && !isScalar(rewriting, root.inputs[1], 0.5) ? undefined : root?.inputs[0];
}

function meanOf(rewriting: Edit, id: MaybeId) {
  const mean = producerOf(rewriting, id, 'ReduceMean')?.[1];
  const axes = mean && integersOf(rewriting, mean, 'axes', 1);
  const of = mean?.inputs[0];
  if (mean === undefined || axes === undefined || of === null || of === undefined) return undefined;
  return intAttribute(mean, 'keepdims', 1) === 1 ? { of, axes } : undefined;
}

function isSquare(rewriting: Edit, id: TensorId, of: MaybeId): boolean {
  const square = producerOf(rewriting, id, 'Pow', 'Mul')?.[1];
  if (square?.type === 'Pow') return square.inputs[0] === of && isScalar(rewriting, square.inputs[1], 2);
  return square?.inputs.every((input) => input === of) ?? false;
}
