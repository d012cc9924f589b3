import type { Graph } from '../../../graph/graph.ts';
import { alignUp } from '../../plan/buffers.ts';
import type { KernelBuild } from '../kernels.ts';
import { stack } from './allocations.ts';
import { kernelRequests } from './kernel-requests.ts';
import { bufferAlignment } from './lifetimes.ts';
import { describedBytes, interpreterStructures, kernelState, structureBytes } from './structures.ts';

/** Scratch requests that are reserved room for while an operator is prepared, `kMaxScratchBuffersPerOp`. */
export const requestsPerOperator = 12;

/** Kernels that look at no tensor before they run. */
const unprepared = new Set([
  'ARG_MAX',
  'ARG_MIN',
  'FLOOR',
  'LOGICAL_AND',
  'LOGICAL_OR',
  'MAXIMUM',
  'MINIMUM',
  'NEG',
  'PACK',
  'UNPACK',
]);
/** Kernels that look at all their tensors twice, and free nothing in between. */
const preparedTwice = new Set(['CONV_2D', 'DEPTHWISE_CONV_2D', 'AVERAGE_POOL_2D']);
/** Kernels that ask for memory to keep while they look at tensors. */
const askingMeanwhile = new Set([...preparedTwice, 'TFLM_DECODE']);

/**
 * The most that any kernel's preparation needs: what is at the end of the arena by then, the list of scratch requests at the beginning,
 * and behind it descriptions of the operator's tensors.
 */
export function bytesWhilePreparing(graphs: readonly Graph[], build: KernelBuild): number {
  const start = stack([...interpreterStructures(graphs), ...kernelState(graphs, build)]).bytes;
  let most = 0;
  let persistentBytes = start;
  let requested = 0;
  for (const graph of graphs) {
    for (const operator of graph.operators) {
      const requests = kernelRequests(graph, operator, build);
      const isTwice = preparedTwice.has(operator.type);
      const described = [...operator.inputs, ...operator.outputs].reduce<number>(
        (sum, id) => sum + (id === null ? 0 : describedBytes(graph, id)),
        0,
      );
      // Convolutions leave the bias out the first time.
      const bias = operator.type === 'AVERAGE_POOL_2D' ? null : (operator.inputs[2] ?? null);
      const unseen = isTwice && bias !== null ? describedBytes(graph, bias) : 0;
      // TANH looks at its input twice.
      const [first] = operator.inputs;
      const again = operator.type === 'TANH' && typeof first === 'number' ? describedBytes(graph, first) : 0;
      const rounds = unprepared.has(operator.type) ? 0 : isTwice ? 2 : 1;
      const after = requests.persistent.reduce(
        (bytes, size) => alignUp(bytes + size, bufferAlignment),
        persistentBytes,
      );
      const head =
        structureBytes.scratchRequest * (requested + requestsPerOperator) + rounds * described - unseen + again;
      most = Math.max(most, head + (askingMeanwhile.has(operator.type) ? after : persistentBytes));
      persistentBytes = after;
      requested += requests.scratch.length;
    }
  }
  return most;
}
