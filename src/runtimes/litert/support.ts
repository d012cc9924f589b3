import type { Graph, Operator } from '../../graph/graph.ts';
import { operatorPlace } from '../../graph/operator-place.ts';

import type { Finding } from '../../measurement/measurement.ts';
import facts from './operators.json' with { type: 'json' };

const missing: ReadonlySet<string> = new Set(facts.builtinsWithoutKernel);
const later: ReadonlySet<string> = new Set(facts.builtinsOfLaterVersions);
const custom: ReadonlySet<string> = new Set(facts.customWithKernel);

/** A finding for every operator, of all subgraphs, that LiteRT's own resolver has no kernel for, or has one for only in newer versions. */
export function unsupportedByLitert(graph: Graph): readonly Finding[] {
  return [graph, ...graph.subgraphs].flatMap((each) =>
    each.operators.flatMap((operator, index) => {
      const reason = whyNot(operator);
      if (reason === undefined) return [];
      const severity = later.has(operator.type) ? 'warning' : 'error';
      return [
        { code: 'unsupported-operator', severity, where: operatorPlace(operator, index), message: reason } as const,
      ];
    }),
  );
}

function whyNot({ type, domain }: Operator): string | undefined {
  if (domain === 'custom') {
    if (custom.has(type)) return undefined;
    return type.startsWith('Flex')
      ? `${type.slice(0, 200)} is an operator of TensorFlow itself: it needs the Flex delegate, which LiteRT for devices leaves out. Convert without SELECT_TF_OPS, or replace it.`
      : `LiteRT has no kernel for the custom operator ${type.slice(0, 200)}; register one on the device, or replace it.`;
  }
  if (later.has(type))
    return `LiteRT has a kernel for ${type} only in its newest versions, if at all; try it on the device.`;
  return missing.has(type) ? `LiteRT has no kernel for ${type}; convert the model again without it.` : undefined;
}
