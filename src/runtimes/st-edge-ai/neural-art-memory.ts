import { tensorAt } from '../../graph/access.ts';
import type { Graph, TensorId } from '../../graph/graph.ts';
import { liveness, sumOverTime } from '../../graph/liveness.ts';
import type { Memory } from '../../measurement/measurement.ts';
import { alignUp, type BufferRequest, overlapInTime } from '../plan/buffers.ts';
import { placeSideBySide, plannedBuffersLimit } from '../plan/greedy.ts';
import facts from './neural-art.json' with { type: 'json' };

/** Buffers start at multiples of what the NPU's streams read at once. */
const alignment = 16;

/** A bank of RAM at an address; all of them lie side by side. */
interface Bank {
  readonly start: number;
  readonly end: number;
}

const banks: readonly Bank[] = facts.banks.kibibytes.map((size, index, sizes) => {
  const start = 1024 * sizes.slice(0, index).reduce((sum, each) => sum + each, 0);
  return { start, end: start + 1024 * size };
});
const internalBytes = banks.at(-1)?.end ?? 0;

/**
 * Where activations lie on an STM32N6: largest first, each in the lowest gap of one of the NPU's own banks, else of the CPU's, else across neighbouring banks, else outside.
 * What is used is counted bank by bank up to its highest byte, as ST prints it. What a convolution hands to a pooling behind it streams past memory.
 * Found on published sizes of 19 networks of the STM32 model zoo, most of which they give to the byte (bench/estimates/neural-art.ts).
 */
export function neuralArtActivations(graph: Graph): { readonly memory: Memory; readonly liveBytes: readonly number[] } {
  const streamed = streamedTensors(graph);
  const lifetimes = liveness(graph).lifetimes.filter(({ tensor }) => !streamed.has(tensor));
  const requests = lifetimes.map(({ bytes = 0, first, last }) => ({ bytes: alignUp(bytes, alignment), first, last }));
  const { offsets, bytes } = planInBanks(requests);
  const buffers = lifetimes.map(({ tensor, first, last }, position) => ({
    tensor: tensorAt(graph, tensor).name.slice(0, 400),
    offset: offsets[position] ?? 0,
    bytes: requests[position]?.bytes ?? 0,
    first,
    last,
  }));
  const liveBytes = sumOverTime(lifetimes, Math.max(1, graph.operators.length));
  const lowerBound = liveBytes.reduce((most, live) => Math.max(most, live), 0);
  return {
    memory: { arenaUsed: bytes, arenaRequired: bytes, lowerBound, buffers },
    liveBytes: liveBytes.slice(0, graph.operators.length),
  };
}

/** Results of convolutions that a maximum pooling alone reads: both are units of one epoch, which pass data on as a stream. */
function streamedTensors(graph: Graph): ReadonlySet<TensorId> {
  const readers = new Map<TensorId, readonly string[]>();
  for (const { type, inputs } of graph.operators) {
    for (const id of inputs) if (id !== null) readers.set(id, [...(readers.get(id) ?? []).slice(0, 1), type]);
  }
  const outputs = new Set(graph.outputs);
  const written = graph.operators.filter(({ type }) => type === 'CONV_2D').flatMap((operator) => operator.outputs);
  return new Set(
    written.filter(
      (id): id is TensorId => id !== null && !outputs.has(id) && readers.get(id)?.join() === 'MAX_POOL_2D',
    ),
  );
}

/** Offsets with the unused ends of banks left out, so that the map shows what is used. */
export function planInBanks(requests: readonly BufferRequest[]): {
  readonly offsets: readonly number[];
  readonly bytes: number;
} {
  if (requests.length > plannedBuffersLimit) return placeSideBySide(requests);
  const order = requests.map((_, id) => id).sort((a, b) => (requests[b]?.bytes ?? 0) - (requests[a]?.bytes ?? 0));
  const outside = { start: internalBytes, end: Number.POSITIVE_INFINITY };
  const regions = [...banks.slice(1).reverse(), ...banks.slice(0, 1), { start: 0, end: internalBytes }, outside];
  const addresses = new Map<number, number>();
  const placed: { readonly start: number; readonly end: number; readonly request: BufferRequest }[] = [];
  for (const id of order) {
    const wanted = requests[id];
    if (wanted === undefined) continue;
    const busy = placed.filter(({ request }) => overlapInTime(request, wanted));
    for (const region of regions) {
      const address = lowestGap(wanted.bytes, region, busy);
      if (address === undefined) continue;
      addresses.set(id, address);
      const behind = placed.findIndex(({ start }) => start > address);
      const entry = { start: address, end: address + wanted.bytes, request: wanted };
      placed.splice(behind < 0 ? placed.length : behind, 0, entry);
      break;
    }
  }
  return withoutUnused([...banks, outside], requests, addresses);
}

function lowestGap(bytes: number, { start, end }: Bank, busy: readonly Bank[]): number | undefined {
  let candidate = start;
  for (const taken of busy) {
    if (taken.end <= candidate) continue;
    if (taken.start >= candidate + bytes) break;
    candidate = taken.end;
  }
  return candidate + bytes <= end ? candidate : undefined;
}

function withoutUnused(
  regions: readonly Bank[],
  requests: readonly BufferRequest[],
  addresses: ReadonlyMap<number, number>,
): { readonly offsets: readonly number[]; readonly bytes: number } {
  let bytes = 0;
  const moved = regions.map(({ start, end }) => {
    const used = [...addresses].reduce((most, [id, address]) => {
      const last = address + (requests[id]?.bytes ?? 0);
      return address < end && last > start ? Math.max(most, Math.min(last, end) - start) : most;
    }, 0);
    const by = start - bytes;
    bytes += used;
    return { start, end, by };
  });
  const offsets = requests.map((_, id) => {
    const address = addresses.get(id) ?? 0;
    return address - (moved.find(({ start, end }) => address >= start && address < end)?.by ?? 0);
  });
  return { offsets, bytes };
}
