import { isConstant, tensorBytes } from '../graph/access.ts';
import { contentOf, countOf, tensorOf } from '../graph/evaluate/constant-value.ts';
import { evaluate, hasEvaluator } from '../graph/evaluate/evaluate.ts';
import type { Graph, Operator, Tensor, TensorId } from '../graph/graph.ts';
import type { Fact } from '../graph/infer/fact.ts';
import { factsOf } from '../graph/infer/propagate.ts';
import { type Edit, edit, isConstantAt } from './edit.ts';
import { bytesOf, foldingAllowance, paysToFold } from './pays-to-fold.ts';

/**
 * Bytes of constants that a graph may have before folding makes no more of little (`ConstantOfShape`, `Expand`, `Tile`, `Range`), however well it would pay:
 * a small file must not be a way to fill the memory.
 */
const maximumConstantBytes = 1 << 28;

/** Elements of a result beyond which nothing is computed ahead: time and memory stay bounded on hostile files. */
const maximumElements = 1 << 24;

/**
 * Operators whose inputs are all constants are computed now, `Constant` nodes become constants,
 * and so do shapes (`Shape`, `Size` and what is computed from them) that follow from the graph.
 *
 * ```
 *   x ─▶ Shape ─▶ Gather(0) ─▶ Concat ─▶ Reshape        x ─────────▶ Reshape
 *                             [128] ─┘      ▲                [1, 128] ──┘
 *                                           x
 * ```
 *
 * `DequantizeLinear` of constants stays, so a quantised model stays quantised. Graph outputs stay computed.
 * Initialisers that a file also lists as inputs count as constants with their default.
 * What would make the file larger by more than a little stays, see `paysToFold`.
 */
export function foldConstants(graph: Graph): Graph {
  const facts = factsOf(graph);
  const rewriting = edit(graph);
  let known: ReturnType<typeof paysToFold> | undefined;
  const pays = (operator: Operator): boolean => {
    known ??= paysToFold(graph, facts);
    return known(operator);
  };
  let total = graph.tensors.reduce((sum, { data }) => sum + (data?.byteLength ?? 0), 0);
  for (const [index, operator] of rewriting.operators()) {
    if (operator.outputs.some((id) => id !== null && rewriting.isOutput(id))) continue;
    // Where it would be wasted, the work of computing it is too.
    const expected = operator.outputs.reduce<number>((sum, id) => sum + (id === null ? 0 : bytesOf(id, facts)), 0);
    if (expected - freedBytes(rewriting, operator) > foldingAllowance && !pays(operator)) continue;
    const results = resultsOf(rewriting, operator, facts);
    // Every output that somebody may use has to be known: who computes it is about to go.
    if (results === undefined || operator.outputs.some((id, at) => id !== null && results[at] === undefined)) continue;
    const bytes = results.reduce((sum, result) => sum + (tensorBytes(result) ?? 0), 0);
    const growth = bytes - freedBytes(rewriting, operator);
    if (growth > foldingAllowance && (total + growth > maximumConstantBytes || !pays(operator))) continue;
    total += growth;
    operator.outputs.forEach((id, position) => {
      const result = results[position];
      if (id !== null && result !== undefined) rewriting.setConstant(id, result);
    });
    rewriting.remove(index);
  }
  return rewriting.finish();
}

/** The operator's outputs as constants; `undefined` when they are not known before anything runs. */
function resultsOf(
  rewriting: Edit,
  operator: Operator,
  facts: ReadonlyMap<TensorId, Fact>,
): readonly Tensor[] | undefined {
  const { value } = operator.attributes;
  if (operator.type === 'Constant' && value?.kind === 'tensor' && isConstant(value.value)) return [value.value];
  if (!hasEvaluator(operator)) return undefined;
  const known = operator.outputs.map((id) => (id === null ? undefined : facts.get(id)?.constant));
  if (known.every((constant) => constant !== undefined)) return known.map((constant) => tensorOf('', constant));
  const count = facts.get(operator.outputs[0] ?? -1)?.shape;
  const isBounded =
    count?.every((extent) => typeof extent === 'number') && countOf(count as readonly number[]) <= maximumElements;
  if (!isBounded || !operator.inputs.every((id) => id === null || isConstantAt(rewriting, id))) return undefined;
  const inputs = operator.inputs.map((id) => (id === null ? undefined : contentOf(rewriting.tensor(id))));
  if (inputs.some((content, position) => content === undefined && operator.inputs[position] !== null)) return undefined;
  return evaluate(operator, inputs)?.map((constant) => tensorOf('', constant));
}

/** Bytes of constants that nobody needs once the operator is gone, its own attributes included. */
function freedBytes(rewriting: Edit, operator: Operator): number {
  let bytes = 0;
  for (const attribute of Object.values(operator.attributes)) {
    if (attribute.kind === 'tensor') bytes += tensorBytes(attribute.value) ?? 0;
    if (attribute.kind === 'ints' || attribute.kind === 'floats') bytes += attribute.value.length * 4;
  }
  for (const id of new Set(operator.inputs)) {
    if (id === null || rewriting.isPinned(id) || !isConstantAt(rewriting, id)) continue;
    const uses = operator.inputs.filter((input) => input === id).length;
    if (rewriting.useCount(id) === uses) bytes += tensorBytes(rewriting.tensor(id)) ?? 0;
  }
  return bytes;
}
