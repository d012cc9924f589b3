import type { Graph } from '../../../graph/graph.ts';
import { decodeOperator } from '../../../kernels/decode-format.ts';
import type { Board } from '../../../targets/board.ts';
import type { Target } from '../../../targets/target.ts';
import { totalBytes } from '../../estimate/total-bytes.ts';
import type { Part } from '../../runtime.ts';
import { type KernelBuild, kernelBuild } from '../kernels.ts';
import { type CodeSizes, codeSizes } from './code-sizes.ts';
import facts from './flash.json' with { type: 'json' };

/** Flash of the runtime that a model needs, by name, and the error of the estimate. */
export interface RuntimeFlash {
  readonly parts: readonly Part[];
  readonly error: number;
  /** What the sizes were taken from. */
  readonly source: string;
}

/** Which types of a kernel are linked: all, or int8 alone where a model has nothing else. */
type Registration = 'all' | 'int8';

/** Which kernels are linked, and how they are registered. */
export interface CodeBuild {
  readonly library: KernelBuild['library'];
  readonly registration: Registration;
}

/**
 * Code of TensorFlow Lite Micro that a model needs: the interpreter, the kernels of its operators, and once what several of them contain.
 * Sizes are those of the board's core and kernel library; where no image of those was measured, of CMSIS-NN on a Cortex-M4 with more error.
 * Without a board: CMSIS-NN on a Cortex-M4. Source: flash.json.
 */
export function runtimeFlash(graph: Graph, board?: Board): RuntimeFlash {
  const graphs = [graph, ...graph.subgraphs];
  const types = [...new Set(graphs.flatMap(({ operators }) => operators.map(({ type }) => type)))].sort();
  const library = board === undefined ? 'cmsis-nn' : kernelBuild(board).library;
  const { sizes, isMeasured } = codeSizes(board?.core);
  const parts = codeParts(types, sizes, { library, registration: isAllInt8(graphs) ? 'int8' : 'all' });
  const bytes = totalBytes(parts);
  const unmeasured = types.filter((type) => sizeOf(type, sizes, { library, registration: 'all' }) === undefined).length;
  const isOwn = isMeasured && library !== 'esp-nn';
  const core = board?.core.title ?? 'Arm Cortex-M4';
  return {
    parts,
    error:
      (isOwn ? facts.error : facts.otherError) + (facts.unmeasuredError * unmeasured * facts.unmeasuredKernel) / bytes,
    source: isOwn
      ? `the model, and code sizes of TensorFlow Lite Micro with ${library === 'reference' ? 'its reference kernels' : 'CMSIS-NN'} on ${core}`
      : `the model, and code sizes of TensorFlow Lite Micro with CMSIS-NN on a Cortex-M4, taken for ${core}`,
  };
}

/**
 * The interpreter; for each operator its kernel, which is what the image would be smaller without it;
 * and what several of these operators share.
 */
export function codeParts(types: readonly string[], sizes: CodeSizes, build: CodeBuild): readonly Part[] {
  const kernels = types.map((type) => ({ type, ...(sizeOf(type, sizes, build) ?? unmeasured) }));
  const users = new Map<number, number>();
  for (const piece of kernels.flatMap(({ shares }) => shares)) users.set(piece, (users.get(piece) ?? 0) + 1);
  const pieceBytes = (pieces: Iterable<number>) =>
    [...pieces].reduce((sum, piece) => sum + (sizes.shared[piece] ?? 0), 0);
  const shared = pieceBytes([...users].filter(([, count]) => count > 1).map(([piece]) => piece));
  return [
    { name: 'interpreter', bytes: sizes.interpreter, shared: 'runtime' },
    ...(shared === 0 ? [] : [{ name: 'shared by kernels', bytes: shared, shared: 'runtime' as const }]),
    ...kernels.map(({ type, bytes, shares }) => ({
      name: `${kernelWord}${type}`.slice(0, 200),
      bytes: bytes + pieceBytes(shares.filter((piece) => users.get(piece) === 1)),
      shared: 'runtime' as const,
    })),
  ];
}

const kernelWord = 'kernel ';

/**
 * Code that several models need in one image, from the parts that `codeParts` gave each: every kernel once, and once what kernels share, also those of different models.
 * Kernels have all types where one model needs more than int8. Where no model brings code, as under Linux, there is none.
 */
export function linkTogether(models: readonly (readonly Part[])[], { board }: Target): readonly Part[] {
  if (models.every((parts) => parts.length === 0)) return [];
  const { sizes } = codeSizes(board.core);
  const { library } = kernelBuild(board);
  const typesOf = (parts: readonly Part[]) =>
    parts.flatMap(({ name }) => (name.startsWith(kernelWord) ? [name.slice(kernelWord.length)] : []));
  const isInt8 = (parts: readonly Part[]) =>
    totalBytes(codeParts(typesOf(parts), sizes, { library, registration: 'int8' })) === totalBytes(parts);
  const types = [...new Set(models.flatMap(typesOf))].sort();
  return codeParts(types, sizes, { library, registration: models.every(isInt8) ? 'int8' : 'all' });
}

const unmeasured: CodeSizes['kernels'][string] = { bytes: facts.unmeasuredKernel, shares: [] };

/** A kernel's size; ESP-NN, of which nothing was linked, counts as CMSIS-NN. */
function sizeOf(type: string, { kernels }: CodeSizes, build: CodeBuild): CodeSizes['kernels'][string] | undefined {
  const library = build.library === 'reference' ? 'reference' : 'cmsis-nn';
  const names = [`${type}/${library}/${build.registration}`, `${type}/${library}`, type];
  const known = names.find((name) => Object.hasOwn(kernels, name));
  return known === undefined ? undefined : kernels[known];
}

/** Streams of encoded weights are bytes whatever they decode to. */
function isAllInt8(graphs: readonly Graph[]): boolean {
  return graphs.every(({ tensors, operators }) => {
    const decoding = operators.filter(({ domain, type }) => domain === 'custom' && type === decodeOperator);
    const streams = new Set(decoding.flatMap(({ inputs }) => inputs));
    return tensors.every(({ dtype }, id) => dtype === 'int8' || dtype === 'int32' || streams.has(id));
  });
}
