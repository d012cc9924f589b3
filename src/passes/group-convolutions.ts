import { intAttribute } from '../graph/access.ts';
import { type ConstantValue, constantOf } from '../graph/evaluate/constant-value.ts';
import { normalAxis } from '../graph/evaluate/indexing.ts';
import type { Graph, Operator, TensorId } from '../graph/graph.ts';
import { type Edit, edit, hasType, isType } from './edit.ts';
import { soleProducerOf } from './match.ts';

/**
 * Convolutions of equal shares of the channels, joined in the same order, are one convolution in groups.
 *
 * ```
 *            ┌─▶ Conv(W₀, b₀) ─┐
 *   x ─▶ Split                 Concat ─▶ y          x ─▶ Conv([W₀; W₁], [b₀; b₁], group = 2) ─▶ y
 *            └─▶ Conv(W₁, b₁) ─┘
 * ```
 */
export function groupConvolutions(graph: Graph): Graph {
  if (!hasType(graph, 'Split') || !hasType(graph, 'Concat') || !hasType(graph, 'Conv')) return graph;
  const rewriting = edit(graph);
  for (const [index, operator] of rewriting.operators()) {
    if (!isType(operator, 'Concat') || intAttribute(operator, 'axis', 1) !== 1 || operator.inputs.length < 2) continue;
    const convolutions = operator.inputs.map((id) => soleProducerOf(rewriting, id, 'Conv'));
    const [first] = convolutions;
    if (
      first === undefined ||
      !areAlike(
        rewriting,
        convolutions.map((found) => found?.[1]),
      )
    )
      continue;
    const layers = convolutions.flatMap((found) => (found === undefined ? [] : [found[1]]));
    const split = rewriting.producer(first[1].inputs[0]);
    const source = split?.[1].inputs[0];
    if (split === undefined || source === null || source === undefined || !feeds(rewriting, split[1], layers)) continue;
    const weights = layers.map((layer) => rewriting.constant(layer.inputs[1]));
    const biases = layers.map((layer) => rewriting.constant(layer.inputs[2]));
    const kernel = joined(weights);
    if (kernel === undefined) continue;
    const name = `${rewriting.tensor(first[1].inputs[1] ?? -1).name}_grouped`;
    const inputs = [source, rewriting.addConstant(name, kernel)];
    if (biases.some((bias) => bias !== undefined)) {
      const zero = constantOf('float32', [weights[0]?.shape[0] ?? 0], new Float32Array(weights[0]?.shape[0] ?? 0));
      const bias = joined(biases.map((each) => each ?? zero));
      if (bias === undefined) continue;
      inputs.push(rewriting.addConstant(`${name}_bias`, bias));
    }
    for (const found of convolutions) if (found !== undefined) rewriting.remove(found[0]);
    rewriting.remove(split[0]);
    rewriting.replace(index, {
      ...first[1],
      inputs,
      outputs: operator.outputs,
      attributes: { ...first[1].attributes, group: { kind: 'int', value: layers.length * groupOf(first[1]) } },
    });
  }
  return rewriting.finish();
}

const groupOf = (layer: Operator): number => intAttribute(layer, 'group', 1);

/** Convolutions of the same attributes with constant weights of the same shape. */
function areAlike(rewriting: Edit, layers: readonly (Operator | undefined)[]): boolean {
  const described = layers.map((layer) => {
    const weight = rewriting.constant(layer?.inputs[1]);
    const biasId = layer?.inputs[2] ?? undefined;
    if (layer === undefined || weight?.dtype !== 'float32') return undefined;
    if (biasId !== undefined && rewriting.constant(biasId)?.dtype !== 'float32') return undefined;
    const attributes = Object.entries(layer.attributes).sort(([a], [b]) => (a < b ? -1 : 1));
    return JSON.stringify([attributes, weight.shape]);
  });
  return described[0] !== undefined && described.every((text) => text === described[0]);
}

/** Whether equal parts of a split's input go to these layers, in order, and nowhere else. */
function feeds(rewriting: Edit, split: Operator, layers: readonly Operator[]): boolean {
  if (!isType(split, 'Split') || split.outputs.length !== layers.length) return false;
  const channels = layers.map((layer) => (rewriting.constant(layer.inputs[1])?.shape[1] ?? 0) * groupOf(layer));
  const rank = rewriting.constant(layers[0]?.inputs[1])?.shape.length ?? 0;
  if (normalAxis(intAttribute(split, 'axis', 0), rank) !== 1) return false;
  return split.outputs.every((id: TensorId | null, position) => {
    const isOnly = id !== null && !rewriting.isPinned(id) && rewriting.useCount(id) === 1;
    // Every layer takes as many channels as its weights say: the parts are equal because those are.
    return isOnly && layers[position]?.inputs[0] === id && channels[position] === channels[0];
  });
}

/** Constants one behind the other along the first axis. */
function joined(parts: readonly (ConstantValue | undefined)[]): ConstantValue | undefined {
  const known = parts.filter((part) => part !== undefined);
  const [first] = known;
  if (first === undefined || known.length !== parts.length) return undefined;
  const size = first.elements.length;
  const elements = new Float32Array(size * known.length);
  for (const [position, part] of known.entries()) {
    if (part.elements.length !== size) return undefined;
    elements.set(part.elements as Float32Array, position * size);
  }
  return { dtype: 'float32', shape: [known.length * (first.shape[0] ?? 1), ...first.shape.slice(1)], elements };
}
