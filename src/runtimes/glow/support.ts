import type { Graph } from '../../graph/graph.ts';
import { operatorPlace } from '../../graph/operator-place.ts';

import type { Finding } from '../../measurement/measurement.ts';
import facts from './operators.json' with { type: 'json' };

const known = {
  onnx: new Set<string>(facts.onnx),
  tflite: new Set<string>(facts.tflite),
  custom: new Set<string>(facts.tfliteCustom),
};

/** A finding for every operator that Glow's importer of the model's format does not know. */
export function refusedByGlow(graph: Graph): readonly Finding[] {
  return [graph, ...graph.subgraphs].flatMap((each) =>
    each.operators.flatMap((operator, index): readonly Finding[] => {
      const { type, domain } = operator;
      const names = domain === 'custom' ? known.custom : known[graph.dialect];
      if (names.has(type)) return [];
      const format = graph.dialect === 'onnx' ? 'ONNX' : 'TensorFlow Lite';
      const message = `Glow does not import ${domain === 'custom' ? 'the custom operator ' : ''}${type.slice(0, 200)} from ${format}; replace it. Glow is not developed any more, so that no later version will.`;
      return [{ code: 'unsupported-operator', severity: 'error', where: operatorPlace(operator, index), message }];
    }),
  );
}
