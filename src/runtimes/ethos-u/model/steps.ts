import { intAttribute } from '../../../graph/access.ts';
import type { Graph, Operator, TensorId } from '../../../graph/graph.ts';
import type { Placement } from '../support/placements.ts';
import { deepened, isShallow } from './deepened.ts';
import { defaults } from './maker.ts';
import type { NpuOperation } from './npu-operation.ts';
import { operationsOf } from './operations.ts';

/** An operation of the NPU and the operator that it is part of. */
export interface Step {
  readonly operator: number;
  readonly operation: NpuOperation;
  /** The activation of an operator whose window is an operation of its own. */
  readonly isApart?: true;
}

const tables: ReadonlySet<string> = new Set(['LOGISTIC', 'TANH', 'HARD_SWISH', 'EXP', 'GELU', 'LOG', 'RSQRT']);
const clamps: ReadonlySet<string> = new Set(['RELU', 'RELU6', 'RELU_0_TO_1', 'RELU_N1_TO_1']);

/** Other names for the same bytes; copied where nothing of the NPU is before and after them. */
const views: ReadonlySet<string> = new Set(['RESHAPE', 'SQUEEZE', 'EXPAND_DIMS']);

/** All operations of the NPU in their order; an activation joins the operation before it where that feeds nothing else. */
export function stepsOf(graph: Graph, placements: readonly Placement[]): readonly Step[] {
  const producers = new Map<TensorId, number>();
  const uses = new Map<TensorId, number[]>();
  graph.operators.forEach(({ inputs, outputs }, index) => {
    for (const id of outputs) if (id !== null) producers.set(id, index);
    for (const id of new Set(inputs)) if (id !== null) uses.set(id, [...(uses.get(id) ?? []), index]);
  });
  const onNpu = (index: number | undefined): boolean => index !== undefined && placements[index]?.unit === 'npu';
  const steps: Step[] = [];
  graph.operators.forEach((operator, index) => {
    if (!onNpu(index)) return;
    const input = operator.inputs[0] ?? -1;
    const before = producers.get(input);
    const last = steps.findLastIndex((step) => step.operator === before);
    const previous = steps[last];
    const joins =
      (tables.has(operator.type) || clamps.has(operator.type)) &&
      previous !== undefined &&
      previous.operation.activation === 'none' &&
      previous.operation.kind !== 'copy' &&
      !parts(previous.operation) &&
      (uses.get(input)?.length ?? 0) === 1 &&
      !graph.outputs.includes(input);
    if (joins) {
      const activation = tables.has(operator.type) ? 'lut' : 'clamp';
      steps[last] = { ...previous, operation: { ...previous.operation, activation } };
      return;
    }
    if (isPadding(operator)) {
      if (isAbsorbedPadding(graph, operator)) return;
      steps.push(...copyOf(graph, operator, index));
      return;
    }
    if (views.has(operator.type)) {
      const isCopied = !onNpu(before) && (uses.get(operator.outputs[0] ?? -1) ?? []).every((at) => !onNpu(at));
      if (isCopied) steps.push(...copyOf(graph, operator, index));
      return;
    }
    steps.push(
      ...operationsOf(graph, operator)
        .flatMap(withActivationApart)
        .map((each) => ({ operator: index, ...each })),
    );
  });
  return steps;
}

/** A window's shallow output is folded for its activation but not for the window, so the two do not join. */
const parts = ({ kind, kernel, ofm }: NpuOperation): boolean =>
  isShallow(ofm) &&
  (kind === 'convolution' ||
    kind === 'depthwise' ||
    (kind === 'pooling' && kernel.h * kernel.w * kernel.strideH * kernel.strideW > 1));

function withActivationApart(operation: NpuOperation): readonly Omit<Step, 'operator'>[] {
  const { activation, ofm, outputBits } = operation;
  if (activation === 'none' || !parts(operation)) return [{ operation }];
  const folded = deepened(ofm);
  return [
    { operation: { ...operation, activation: 'none' } },
    {
      operation: {
        ...defaults,
        kind: 'pooling',
        activation,
        ifm: folded,
        ofm: folded,
        inputBits: outputBits,
        outputBits,
      },
      isApart: true,
    },
  ];
}

/** True for a padding that all its readers can do themselves. */
export function isAbsorbedPadding(graph: Graph, operator: Operator): boolean {
  const [output] = operator.outputs;
  if (!isPadding(operator) || output === undefined || output === null) return false;
  const readers = graph.operators.filter(({ inputs }) => inputs.includes(output));
  return readers.length > 0 && !graph.outputs.includes(output) && readers.every(padsItself);
}

const isPadding = ({ type }: Operator): boolean => type === 'PAD' || type === 'PADV2' || type === 'MIRROR_PAD';

/** True for operators that can take over a padding that comes before them. */
function padsItself(operator: Operator): boolean {
  const { type, attributes } = operator;
  const isValid = attributes.padding?.kind === 'string' && attributes.padding.value === 'VALID';
  return isValid && /^(CONV_2D|DEPTHWISE_CONV_2D)$/.test(type) && intAttribute(operator, 'stride_h', 1) <= 3;
}

function copyOf(graph: Graph, operator: Operator, index: number): readonly Step[] {
  return operationsOf(graph, { ...operator, type: 'PACK' }).map((operation) => ({ operator: index, operation }));
}
