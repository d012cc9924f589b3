import { concreteShape, inputTensor, intAttribute, intsAttribute } from '../../graph/access.ts';
import type { Graph, Operator } from '../../graph/graph.ts';
import { operatorPlace } from '../../graph/operator-place.ts';

import type { Finding } from '../../measurement/measurement.ts';
import type { ExecutedOperator } from '../onnxruntime/executed-graph.ts';
import operators from './operators.json' with { type: 'json' };

const modules: ReadonlySet<string> = new Set(operators.int8);
const integerOnly: ReadonlySet<string> = new Set(operators.notInFloat32);
const removed: ReadonlySet<string> = new Set(operators.removed);

/** One reason for which ESP-DL can't take an operator; the text is what the user reads. */
type Rule = (graph: Graph, step: ExecutedOperator) => string | undefined;

const hasModule: Rule = (_, { operator: { type, domain } }) => {
  if ((domain === '' || domain === 'ai.onnx') && (modules.has(type) || removed.has(type))) return undefined;
  return `ESP-DL has no module for ${(domain === '' ? type : `${domain}.${type}`).slice(0, 200)}; replace it, or write a module for it.`;
};

const isInteger: Rule = (_, step) =>
  !step.isInteger && integerOnly.has(step.operator.type)
    ? `ESP-DL has ${step.operator.type} for integers only: quantise the model, with DequantizeLinear before it and QuantizeLinear behind it.`
    : undefined;

const groups: Rule = (graph, { operator }) => {
  if (operator.type !== 'Conv') return undefined;
  const count = intAttribute(operator, 'group', 1);
  const channels = concreteShape(inputTensor(graph, operator, 0)?.shape)?.[1];
  return count === 1 || channels === undefined || count === channels
    ? undefined
    : `ESP-DL's Conv has one group, or as many as input channels; this one has ${count}.`;
};

const undilatedPool: Rule = (_, { operator }) =>
  /^(MaxPool|AveragePool)$/.test(operator.type) && intsAttribute(operator, 'dilations')?.some((step) => step !== 1)
    ? `ESP-DL's ${operator.type} has no dilation.`
    : undefined;

const dimensions: Rule = (graph, { operator }) => {
  const rank = concreteShape(inputTensor(graph, operator, 0)?.shape)?.length ?? 0;
  const [most, where] = /^(Conv|MaxPool|AveragePool|GlobalAveragePool)$/.test(operator.type)
    ? [4, '2D']
    : [4, 'four dimensions'];
  return rank > most && /^(Conv|.*Pool|Add|Sub|Mul|Div|Pow|MatMul|Reduce.*)$/.test(operator.type)
    ? `ESP-DL's ${operator.type} has at most ${where}.`
    : undefined;
};

const rules: readonly Rule[] = [hasModule, isInteger, groups, undilatedPool, dimensions];

/** A finding for every operator that ESP-DL can't take: the first rule that it breaks. */
export function refusedByEspDl(graph: Graph, steps: readonly ExecutedOperator[]): readonly Finding[] {
  return steps.flatMap((step): readonly Finding[] => {
    const message = rules.map((rule) => rule(graph, step)).find((reason) => reason !== undefined);
    if (message === undefined) return [];
    return [
      { code: 'unsupported-operator', severity: 'error', where: operatorPlace(step.operator, step.index), message },
    ];
  });
}

/** Scales that ESP-DL would round: it shifts, so that every scale is a power of two. */
export function otherScales(graph: Graph): readonly Finding[] {
  const scales = graph.operators.filter(isQuantizing).flatMap((operator: Operator) => {
    const data = inputTensor(graph, operator, 1)?.data;
    if (data === undefined || data.byteLength % 4 !== 0) return [];
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    return Array.from({ length: data.byteLength / 4 }, (_, index) => view.getFloat32(4 * index, true));
  });
  const other = scales.filter((scale) => scale > 0 && !Number.isInteger(Math.log2(scale))).length;
  if (other === 0) return [];
  const message = `${other} of ${scales.length} scales are not powers of two, which ESP-DL's integers have: quantise with esp-ppq for its accuracy; sizes and times hold as they are.`;
  return [{ code: 'rounded-scales', severity: 'warning', message }];
}

const isQuantizing = ({ type }: Operator): boolean => type === 'QuantizeLinear' || type === 'DequantizeLinear';
