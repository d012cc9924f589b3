import { intsAttribute } from '../graph/access.ts';
import type { ConstantValue } from '../graph/evaluate/constant-value.ts';
import type { Graph, Operator, TensorId } from '../graph/graph.ts';
import { type Edit, edit, hasType, isType } from './edit.ts';
import { otherInput, soleProducerOf } from './match.ts';
import { elementwise, unary } from './sink-transposes.ts';

/** Operators between the product and the transposition back that are looked at. */
const furthest = 8;

/**
 * A matrix product over the channels of an image that was turned for it is a convolution with a window of 1 × 1.
 *
 * ```
 *   x ─▶ Transpose(0 2 3 1) ─▶ MatMul(W) ─▶ Add(b) ─▶ Relu ─▶ Transpose(0 3 1 2) ─▶ y
 *   x ─▶ Conv(Wᵀ) ─▶ Transpose(0 2 3 1) ─▶ Add(b) ─▶ Relu ─▶ Transpose(0 3 1 2) ─▶ y
 * ```
 *
 * The transpositions then meet, and the bias goes into the convolution. Only where the image is turned back in the end: a product by itself is no slower than a convolution.
 */
export function fusePointwiseConvolution(graph: Graph): Graph {
  if (!hasType(graph, 'MatMul') || !hasType(graph, 'Transpose')) return graph;
  const rewriting = edit(graph);
  for (const [index, operator] of rewriting.operators()) {
    if (!isType(operator, 'MatMul')) continue;
    const [turned, weightId] = operator.inputs;
    const transpose = soleProducerOf(rewriting, turned, 'Transpose');
    const perm = transpose && intsAttribute(transpose[1], 'perm');
    const source = transpose?.[1].inputs[0];
    const weight = rewriting.constant(weightId);
    const [output] = operator.outputs;
    if (transpose === undefined || perm?.join() !== '0,2,3,1' || source === null || source === undefined) continue;
    if (weight?.dtype !== 'float32' || weight.shape.length !== 2 || output === null || output === undefined) continue;
    if (!isTurnedBack(rewriting, output)) continue;
    const kernel = rewriting.addConstant(`${rewriting.tensor(weightId ?? -1).name}_kernel`, kernelOf(weight));
    const image = rewriting.addTensor(`${rewriting.tensor(output).name}_image`, 'float32');
    rewriting.remove(transpose[0]);
    rewriting.insertBefore(index, {
      ...operator,
      type: 'Conv',
      inputs: [source, kernel],
      outputs: [image],
      attributes: { kernel_shape: { kind: 'ints', value: [1, 1] } },
    });
    rewriting.replace(index, { ...transpose[1], inputs: [image], outputs: [output] });
  }
  return rewriting.finish();
}

/** `[C, M]` as `[M, C, 1, 1]`. */
function kernelOf({ shape: [inputs = 0, outputs = 0], elements }: ConstantValue): ConstantValue {
  const kernel = new Float32Array(elements.length);
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < outputs; o++) kernel[o * inputs + i] = Number(elements[i * outputs + o]);
  }
  return { dtype: 'float32', shape: [outputs, inputs, 1, 1], elements: kernel };
}

/** Whether nothing but elementwise operators stands between a tensor and the transposition back. */
function isTurnedBack(rewriting: Edit, from: TensorId): boolean {
  let current = from;
  for (let step = 0; step < furthest; step++) {
    const next: Operator | undefined = rewriting.soleConsumer(current)?.[1];
    const output = next?.outputs[0];
    if (next === undefined || output === null || output === undefined) return false;
    if (isType(next, 'Transpose')) return intsAttribute(next, 'perm')?.join() === '0,3,1,2';
    const isWithConstant = elementwise.has(next.type) && rewriting.constant(otherInput(next, current)) !== undefined;
    if (!isType(next, ...unary) && !isWithConstant) return false;
    current = output;
  }
  return false;
}
