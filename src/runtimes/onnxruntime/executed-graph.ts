import { isConstant } from '../../graph/access.ts';
import type { Graph, Operator, TensorId } from '../../graph/graph.ts';
import { capturedNames, consumers, producers } from '../../graph/traversal.ts';

/** One operator as ONNX Runtime executes it. */
export interface ExecutedOperator {
  readonly operator: Operator;
  /** Index in the artifact's graph. */
  readonly index: number;
  /** On integers. */
  readonly isInteger: boolean;
}

/** The graph after ONNX Runtime's own fusions that matter for time and memory. */
export interface ExecutedGraph {
  /** The same tensors and outputs, with `steps` as its operators. */
  readonly graph: Graph;
  readonly steps: readonly ExecutedOperator[];
}

/** Operators with integer kernels, or that move integers as well as floats (`qdq_selector_action_transformer.cc`). */
const integerKernels: ReadonlySet<string> = new Set(
  'Conv Gemm MatMul Add Mul Concat AveragePool GlobalAveragePool LeakyRelu Sigmoid Softmax MaxPool Reshape Flatten Transpose Squeeze Unsqueeze Slice Split Gather Expand Tile DepthToSpace SpaceToDepth Identity Pad Resize Where'.split(
    ' ',
  ),
);
const floatResult: ReadonlySet<string> = new Set(['Gemm', 'MatMul']);
/** Integer operators of the QOperator form and of dynamic quantisation. */
const integerOperator = /^(QLinear.*|QGemm|ConvInteger|MatMulInteger.*|DynamicQuantizeMatMul)$/;

/** Activations that the convolution or matrix product before them takes in (`conv_activation_fusion.cc`, `gemm_activation_fusion.cc`). */
const fusedActivations: ReadonlySet<string> = new Set(['Relu', 'Clip', 'LeakyRelu', 'Sigmoid', 'Tanh', 'HardSigmoid']);
const takesActivation: ReadonlySet<string> = new Set(['Conv', 'Gemm']);

/** How a runtime that takes the same files differs from ONNX Runtime. */
export interface Execution {
  /** Types of integer operators that apply a Relu or Clip behind them, before QuantizeLinear. ONNX Runtime has none. */
  readonly fusing: ReadonlySet<string>;
  /** True where integer operators take their bias in float. */
  readonly floatBias: boolean;
  /** Integer kernels that ONNX Runtime lacks. */
  readonly moreKernels: ReadonlySet<string>;
}

const onnxRuntime: Execution = { fusing: new Set(), floatBias: false, moreKernels: new Set() };

/**
 * What ONNX Runtime, or a runtime like it, makes of a graph before it runs: operators between DequantizeLinear and QuantizeLinear become integer ones, and activations join the
 * convolution before them.
 *
 *     DQ ── Conv ── Q   →   Conv (int8)          Conv ── Relu   →   Conv
 */
export function executedGraph(
  graph: Graph,
  { fusing, floatBias, moreKernels }: Execution = onnxRuntime,
): ExecutedGraph {
  const made = producers(graph);
  const readers = consumers(graph);
  const captured = new Set(graph.operators.flatMap((operator) => [...capturedNames(operator)]));
  const pinned = (id: TensorId): boolean => graph.outputs.includes(id) || captured.has(graph.tensors[id]?.name ?? '');
  const soleReader = (id: TensorId | null | undefined): number | undefined => {
    const found = id === null || id === undefined || pinned(id) ? undefined : readers.get(id);
    return found?.length === 1 ? found[0] : undefined;
  };
  /** The integers behind a dequantised tensor. */
  const integersOf = (id: TensorId): TensorId | undefined => {
    const operator = graph.operators[made.get(id) ?? -1];
    return operator?.type === 'DequantizeLinear' ? (operator.inputs[0] ?? undefined) : undefined;
  };
  /** Operators that one operator computes along, the last of them QuantizeLinear: those that read its result and nothing else does. */
  const tail = (id: TensorId, isFused: (type: string) => boolean): readonly number[] | undefined => {
    const reader = soleReader(id);
    const operator = graph.operators[reader ?? -1];
    if (reader === undefined || operator === undefined) return undefined;
    if (operator.type === 'QuantizeLinear') return [reader];
    const [output] = operator.outputs;
    const rest = isFused(operator.type) && typeof output === 'number' ? tail(output, () => false) : undefined;
    return rest && [reader, ...rest];
  };
  const withData: ReadonlySet<string> = new Set(['Conv', 'Gemm', 'MatMul', 'Add', 'Mul', 'Concat', ...moreKernels]);
  const asInteger = (
    operator: Operator,
  ): { readonly operator: Operator; readonly along: readonly number[] } | undefined => {
    if (!integerKernels.has(operator.type) && !moreKernels.has(operator.type)) return undefined;
    const inputs = operator.inputs.map((id) => (id === null ? null : (integersOf(id) ?? id)));
    const isBias = (position: number) =>
      floatBias && position === 2 && /^(Conv|ConvTranspose|Gemm)$/.test(operator.type);
    const isData = (id: TensorId | null, position: number): boolean =>
      id !== null && (position === 0 || withData.has(operator.type)) && !isBias(position);
    if (operator.inputs.some((id, position) => isData(id, position) && inputs[position] === id)) return undefined;
    const isFused = (type: string): boolean => fusing.has(operator.type) && (type === 'Relu' || type === 'Clip');
    const tails = operator.outputs.map((id) => (id === null ? [] : tail(id, isFused)));
    if (tails.every((along) => along !== undefined)) {
      const outputs = tails.map((along) => graph.operators[along.at(-1) ?? -1]?.outputs[0] ?? null);
      return { operator: { ...operator, inputs, outputs }, along: tails.flat() };
    }
    return floatResult.has(operator.type) ? { operator: { ...operator, inputs }, along: [] } : undefined;
  };

  const skipped = new Set<number>();
  const steps = graph.operators.map((operator, index): ExecutedOperator | undefined => {
    if (skipped.has(index)) return undefined;
    const integer = asInteger(operator);
    if (integer !== undefined) {
      for (const at of integer.along) skipped.add(at);
      return { operator: integer.operator, index, isInteger: true };
    }
    const isInteger = integerOperator.test(operator.type);
    const reader = takesActivation.has(operator.type) ? soleReader(operator.outputs[0]) : undefined;
    const activation = graph.operators[reader ?? -1];
    if (activation === undefined || reader === undefined || !fusedActivations.has(activation.type))
      return { operator, index, isInteger };
    skipped.add(reader);
    return { operator: { ...operator, outputs: activation.outputs }, index, isInteger };
  });
  const used = usedSteps(
    graph,
    steps.filter((step) => step !== undefined),
    captured,
  );
  return { graph: { ...graph, operators: used.map((step) => step.operator) }, steps: used };
}

/** Without what nobody reads any more, and without what is computed from constants alone, which is done once when loading. */
function usedSteps(
  graph: Graph,
  steps: readonly ExecutedOperator[],
  captured: ReadonlySet<string>,
): readonly ExecutedOperator[] {
  const wanted = new Set<TensorId>(graph.outputs);
  graph.tensors.forEach((tensor, id) => {
    if (captured.has(tensor.name)) wanted.add(id);
  });
  const kept = steps
    .filter(() => true)
    .reverse()
    .filter(({ operator }) => {
      const isUsed = operator.outputs.some((id) => id !== null && wanted.has(id));
      if (isUsed) for (const id of operator.inputs) if (id !== null) wanted.add(id);
      return isUsed;
    });
  return kept.reverse().filter(({ operator }) => !isOfConstants(graph, operator));
}

function isOfConstants(graph: Graph, operator: Operator): boolean {
  return (
    operator.inputs.length > 0 &&
    operator.inputs.every((id) => id === null || (graph.tensors[id] !== undefined && isConstant(graph.tensors[id])))
  );
}
