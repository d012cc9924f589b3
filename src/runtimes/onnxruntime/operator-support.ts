import type { Graph, Operator } from '../../graph/graph.ts';
import { operatorPlace } from '../../graph/operator-place.ts';
import { nestedGraphs } from '../../graph/traversal.ts';
import type { Finding } from '../../measurement/measurement.ts';
import operators from './operators.json' with { type: 'json' };

const kernels: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(operators.kernels).map(([domain, types]) => [domain, new Set(types)]),
);
const functions: ReadonlySet<string> = new Set(operators.functions);

/** True when ONNX Runtime's CPU provider has a kernel for the operator, or can expand it into operators that have one. */
export function isSupported({ domain, type }: Operator): boolean {
  const plain = domain === 'ai.onnx' ? '' : domain;
  return kernels.get(plain)?.has(type) === true || (plain === '' && functions.has(type));
}

/** A finding for every operator, nested ones too, that ONNX Runtime does not have. */
export function unsupportedOperators(graph: Graph): readonly Finding[] {
  return graph.operators.flatMap((operator, index) => {
    const nested = nestedGraphs(operator).flatMap(unsupportedOperators);
    if (isSupported(operator)) return nested;
    const name = operator.domain === '' ? operator.type : `${operator.domain}.${operator.type}`;
    const finding: Finding = {
      code: 'unsupported-operator',
      severity: 'error',
      where: operatorPlace(operator, index),
      message: `ONNX Runtime's CPU provider has no operator ${name.slice(0, 300)}; replace it, or register a custom operator library on the device.`,
    };
    return [finding, ...nested];
  });
}
