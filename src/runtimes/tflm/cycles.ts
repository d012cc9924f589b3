import { isConstant, tensorAt, tensorBytes } from '../../graph/access.ts';
import type { Graph, Operator } from '../../graph/graph.ts';
import type { Board, KernelCost, KernelLibrary } from '../../targets/board.ts';
import decodeCosts from './decode-costs.json' with { type: 'json' };
import { kernelCost, kernelWork } from './kernel-work/kernel-work.ts';
import type { KernelWork } from './kernel-work/work-rule.ts';
import { type KernelBuild, kernelBuild } from './kernels.ts';
import { weightPasses } from './weight-passes.ts';

/** What running one operator costs on a board. */
export interface OperatorCost {
  /** Executed instructions; `undefined` where the library's costs are in cycles. */
  readonly instructions?: number;
  readonly cycles: number;
  readonly milliseconds: number;
  /** Bytes of weights that it reads from flash, as often as no cache holds them. */
  readonly weightBytes: number;
}

/**
 * The cost of an operator: instructions of its kernel as the core's library has them, times the board's cycles per instruction,
 * and the wait for weights from flash. `undefined` when the board has no costs for its kernel library, or the operator's shapes contradict each other.
 */
export function operatorCost(graph: Graph, operator: Operator, board: Board): OperatorCost | undefined {
  const runtime = board.runtimes.tflm;
  const library = board.core.kernelLibraries[runtime?.kernelLibrary ?? ''];
  if (runtime === undefined || library === undefined) return undefined;
  const build = kernelBuild(board);
  const own = kernelWork(graph, operator, build);
  const amount = ownAmount(graph, operator, board, { library, build, own });
  if (!Number.isFinite(amount) || amount < 0) return undefined;
  const { kernel } = own;
  const constants = constantBytes(graph, operator);
  const isHeld = constants <= (runtime.weightCacheBytes?.value ?? Number.POSITIVE_INFINITY);
  const weightBytes = constants * (isHeld ? 1 : weightPasses(graph, operator, kernel, build));
  const wait =
    (kernel.endsWith('/float32') ? runtime.flashCyclesPerStreamedByte : undefined) ?? runtime.flashCyclesPerWeightByte;
  const perInstruction = library.unit === 'cycles' ? 1 : (runtime.cyclesPerInstruction?.value ?? 1);
  const cycles = amount * perInstruction + weightBytes * (wait?.value ?? 0);
  return {
    ...(library.unit === 'instructions' ? { instructions: Math.round(amount) } : {}),
    cycles,
    milliseconds: (1000 * cycles) / board.clockHz.value,
    weightBytes,
  };
}

/** Instructions or cycles, as the library counts, of the kernel that runs an operator: one of the library, or where it has none plain C. */
function ownAmount(
  graph: Graph,
  operator: Operator,
  { core }: Board,
  { library, build, own }: { readonly library: KernelLibrary; readonly build: KernelBuild; readonly own: KernelWork },
): number {
  const { kernel, work } = own;
  if (operator.type === 'TFLM_DECODE') return kernelCost(costOf(decodeCosts.kernels, kernel), work);
  const { kernels, perInstruction } = core.plainKernels ?? {};
  if (build.library !== 'esp-nn' || kernels === undefined || Object.hasOwn(library.kernels, kernel))
    return kernelCost(costOf(library.kernels, kernel), work);
  const plain = kernelWork(graph, operator, { library: 'reference', vectors: 'none' });
  return kernelCost(costOf(kernels, plain.kernel), plain.work) * (perInstruction?.value ?? 1);
}

/** A kernel's cost: its own, else that of the same kernel for another type, else that of kernels nobody has counted. */
export function costOf(kernels: KernelLibrary['kernels'], kernel: string): KernelCost {
  const [name = '', type = ''] = kernel.split('/');
  const plain = name.replace(/-broadcast$/, '');
  const candidates = [
    kernel,
    `${plain}/${type}`,
    ...(name.startsWith('minimum') ? [`${name.replace('minimum', 'maximum')}/${type}`] : []),
    // All reductions share one loop.
    ...(/^(sum|mean|reduce-\w+)$/.test(name) ? [`mean/${type}`, `reduce-max/${type}`] : []),
    // Integers are moved and counted like other integers, sooner than like floating point.
    ...['int8', ...(type === 'int8' ? ['int16', 'float32'] : ['float32', 'int16'])].map((other) => `${name}/${other}`),
    `other/${type}`,
    'other/int8',
  ];
  const known = candidates.find((candidate) => Object.hasOwn(kernels, candidate));
  return known === undefined ? {} : (kernels[known] ?? {});
}

/** Bytes of an operator's constants, each counted once. */
export function constantBytes(graph: Graph, operator: Operator): number {
  const ids = new Set(operator.inputs.filter((id) => id !== null));
  return [...ids].reduce((sum, id) => {
    const tensor = tensorAt(graph, id);
    return sum + (isConstant(tensor) ? (tensorBytes(tensor) ?? 0) : 0);
  }, 0);
}
