import { inputTensor, isConstant, tensorAt, tensorBytes } from '../../graph/access.ts';
import type { Graph, TensorId } from '../../graph/graph.ts';
import type { Part } from '../runtime.ts';
import facts from './facts.json' with { type: 'json' };

/** Operators that become part of the code, or of nothing: shapes are computed beforehand. */
const shaping = new Set(['RESHAPE', 'SQUEEZE', 'EXPAND_DIMS', 'SHAPE', 'STRIDED_SLICE', 'PACK', 'TILE']);

/** Bytes of weights and biases in the network's own constant table, every one once. Shapes and axes, int32 that is not a bias, become part of the code. */
export function weightsOf(graph: Graph): number {
  const ids = new Set<TensorId>();
  for (const { inputs } of graph.operators) {
    inputs.forEach((id, position) => {
      if (id === null || !isConstant(tensorAt(graph, id))) return;
      const { dtype } = tensorAt(graph, id);
      if (position === 2 || (dtype !== 'int32' && dtype !== 'int64')) ids.add(id);
    });
  }
  return [...ids].reduce((sum, id) => sum + (tensorBytes(tensorAt(graph, id)) ?? 0), 0);
}

/**
 * Flash and RAM of the library and of the generated code: by kinds of operators, by functions, and by channels that have a scale of their own.
 * Coefficients are fitted to the published figures of the STM32 model zoo (bench/estimates/st-edge-ai.ts).
 */
export function codeOf(graph: Graph): {
  readonly flash: number;
  readonly ram: number;
  /** Parts of `flash`; the library's code for a kind of operators is there once, whatever the number of models. */
  readonly parts: readonly Part[];
} {
  const operators = graph.operators.filter(({ type }) => !shaping.has(type));
  const kinds = [...new Set(operators.map(({ type }) => type))].sort();
  const channels = operators.reduce((sum, operator) => {
    const scales = inputTensor(graph, operator, 1)?.quantization?.scale.length ?? 0;
    return sum + (scales > 1 ? scales : 0);
  }, 0);
  const { code, runtimeRam } = facts;
  const generated = Math.round(code.perFunction * operators.length + code.perChannel * channels);
  return {
    flash: code.base + code.perKind * kinds.length + generated,
    ram: Math.round(runtimeRam.base + runtimeRam.perFunction * operators.length + runtimeRam.perChannel * channels),
    parts: [
      ...(code.base === 0 ? [] : [{ name: 'library', bytes: code.base, shared: 'runtime' as const }]),
      ...kinds.map((kind) => ({ name: `library for ${kind}`, bytes: code.perKind, shared: 'runtime' as const })),
      { name: 'generated code', bytes: generated },
    ],
  };
}
