import type { Graph } from '../../graph/graph.ts';
import type { Part } from '../runtime.ts';
import facts from './flash.json' with { type: 'json' };
import { operatorFacts } from './operator-facts.ts';

/** Flash of the runtime that a model needs, by name, and the measured error of the estimate. */
export interface RuntimeFlash {
  readonly parts: readonly Part[];
  readonly error: number;
}

/**
 * Code of TensorFlow Lite Micro that a model needs on a Cortex-M4: the interpreter, and the kernels of its operators less what they share.
 * Kernels are those for int8 alone where all of a model is int8, else those with all types. Sources: flash.json, operators.json.
 */
export function runtimeFlash(graph: Graph): RuntimeFlash {
  const graphs = [graph, ...graph.subgraphs];
  const types = [...new Set(graphs.flatMap(({ operators }) => operators.map(({ type }) => type)))].sort();
  const registration = isAllInt8(graphs) ? 'int8' : 'all';
  const shared = facts.kernelShare[registration];
  const kernels = types.map((type): Part => {
    const code = operatorFacts(type)?.code ?? facts.unmeasuredKernel;
    const alone = typeof code === 'number' ? code : code[registration];
    return { name: `kernel ${type}`, bytes: alone };
  });
  // One kernel alone shares nothing; the measured share is that of a typical handful.
  const share = kernels.length > 1 ? shared : 1;
  return {
    parts: [
      { name: 'interpreter', bytes: facts.interpreter },
      ...kernels.map(({ name, bytes }) => ({ name, bytes: Math.round(bytes * share) })),
    ],
    error: facts.error,
  };
}

function isAllInt8(graphs: readonly Graph[]): boolean {
  return graphs.every(({ tensors }) => tensors.every(({ dtype }) => dtype === 'int8' || dtype === 'int32'));
}
