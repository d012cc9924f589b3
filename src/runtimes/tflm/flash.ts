import type { Graph } from '../../graph/graph.ts';
import { decodeOperator } from '../../kernels/decode-format.ts';
import type { Board } from '../../targets/board.ts';
import type { Part } from '../runtime.ts';
import facts from './flash.json' with { type: 'json' };
import { kernelBuild } from './kernels.ts';
import { operatorFacts } from './operator-facts.ts';

/** Flash of the runtime that a model needs, by name, and the error of the estimate. */
export interface RuntimeFlash {
  readonly parts: readonly Part[];
  readonly error: number;
  /** What the sizes were taken from. */
  readonly source: string;
}

/** Which types of a kernel are linked: all, or int8 alone where a model has nothing else. */
export type Registration = 'all' | 'int8';

/**
 * Code of TensorFlow Lite Micro that a model needs: the interpreter, the kernels of its operators, and once what the larger kernels share.
 * Sizes are those of a Cortex-M4 with CMSIS-NN whatever the board, with more error where that is another. Sources: flash.json, operators.json.
 */
export function runtimeFlash(graph: Graph, board?: Board): RuntimeFlash {
  const graphs = [graph, ...graph.subgraphs];
  const types = [...new Set(graphs.flatMap(({ operators }) => operators.map(({ type }) => type)))].sort();
  const parts = codeParts(types, isAllInt8(graphs) ? 'int8' : 'all');
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const unmeasured = types.filter((type) => operatorFacts(type)?.code === undefined).length * facts.unmeasuredKernel;
  const isOther = board !== undefined && !isLikeCortexM4(board);
  const error = isOther ? facts.otherCoreError : facts.error;
  return {
    parts,
    error: error + (facts.unmeasuredError * unmeasured) / bytes,
    source: isOther
      ? `the model, and code sizes of TensorFlow Lite Micro with CMSIS-NN on a Cortex-M4, taken for ${board.core.title}`
      : 'the model, and code sizes of TensorFlow Lite Micro with CMSIS-NN on a Cortex-M4',
  };
}

/** The interpreter, what its kernels share, and what each of them adds. */
export function codeParts(types: readonly string[], registration: Registration): readonly Part[] {
  const kernels = types.map((type) => ({
    type,
    bytes: codeAlone(type, registration),
    isSharing: codeAlone(type, registration) >= facts.sharedBlock && operatorFacts(type)?.unshared !== true,
  }));
  const shared = kernels.some(({ isSharing }) => isSharing)
    ? [{ name: 'shared by kernels', bytes: facts.sharedBlock }]
    : [];
  return [
    { name: 'interpreter', bytes: facts.interpreter },
    ...shared,
    ...kernels.map(({ type, bytes, isSharing }) => ({
      name: `kernel ${type}`,
      bytes: isSharing ? bytes - facts.sharedBlock : bytes,
    })),
  ];
}

/** Bytes that an image with this kernel alone has more than one with none. */
function codeAlone(type: string, registration: Registration): number {
  const code = operatorFacts(type)?.code ?? facts.unmeasuredKernel;
  return typeof code === 'number' ? code : code[registration];
}

function isLikeCortexM4(board: Board): boolean {
  const { library, vectors } = kernelBuild(board);
  return library === 'cmsis-nn' && vectors === 'dsp';
}

/** Streams of encoded weights are bytes whatever they decode to. */
function isAllInt8(graphs: readonly Graph[]): boolean {
  return graphs.every(({ tensors, operators }) => {
    const decoding = operators.filter(({ domain, type }) => domain === 'custom' && type === decodeOperator);
    const streams = new Set(decoding.flatMap(({ inputs }) => inputs));
    return tensors.every(({ dtype }, id) => dtype === 'int8' || dtype === 'int32' || streams.has(id));
  });
}
