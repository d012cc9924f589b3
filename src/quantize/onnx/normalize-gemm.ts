import { floatAttribute, intAttribute } from '../../graph/access.ts';
import { type ConstantValue, constantOf } from '../../graph/evaluate/constant-value.ts';
import type { Graph, Operator } from '../../graph/graph.ts';
import { edit } from '../../passes/edit.ts';

/**
 * `Gemm(A, B, C)` with constant `B` and `C` as integers can have it: alpha and beta multiplied into the constants, the bias one number per column.
 * Others are left as they are.
 */
export function normalizeGemm(graph: Graph): Graph {
  const rewrite = edit(graph);
  for (const [index, operator] of rewrite.operators()) {
    if (operator.type !== 'Gemm' || operator.domain !== '') continue;
    const [a = null, b = null, c = null] = operator.inputs;
    const weights = rewrite.constant(b);
    const bias = rewrite.constant(c);
    const columns = weights?.shape[intAttribute(operator, 'transB', 0) === 1 ? 0 : 1];
    if (b === null || columns === undefined || weights?.dtype !== 'float32' || weights.shape.length !== 2) continue;
    if (c !== null && (bias?.dtype !== 'float32' || !spansColumns(bias, columns))) continue;
    const alpha = floatAttribute(operator, 'alpha', 1);
    const beta = floatAttribute(operator, 'beta', 1);
    if (alpha === 1 && beta === 1 && (bias === undefined || (bias.shape.length === 1 && bias.shape[0] === columns)))
      continue;
    const newWeights =
      alpha === 1 ? b : rewrite.addConstant(`${rewrite.tensor(b).name}_scaled`, scaled(weights, alpha));
    const newBias =
      bias === undefined || c === null
        ? []
        : [rewrite.addConstant(`${rewrite.tensor(c).name}_row`, row(bias, columns, beta))];
    rewrite.replace(index, { ...operator, inputs: [a, newWeights, ...newBias], attributes: withoutFactors(operator) });
  }
  return rewrite.finish();
}

function spansColumns(bias: ConstantValue, columns: number): boolean {
  return bias.elements.length === 1 || (bias.elements.length === columns && bias.shape.at(-1) === columns);
}

function scaled(value: ConstantValue, factor: number): ConstantValue {
  return constantOf(
    'float32',
    value.shape,
    Float32Array.from(value.elements as Float32Array, (element) => element * factor),
  );
}

function row(bias: ConstantValue, columns: number, factor: number): ConstantValue {
  const elements = bias.elements as Float32Array;
  const values = Float32Array.from(
    { length: columns },
    (_, column) => (elements[elements.length === 1 ? 0 : column] ?? 0) * factor,
  );
  return constantOf('float32', [columns], values);
}

function withoutFactors({ attributes }: Operator): Operator['attributes'] {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => name !== 'alpha' && name !== 'beta'));
}
