import { MessageChannel } from 'node:worker_threads';

/**
 * Frees the memory of arrays at once, which are empty from then on; the garbage collector lets many of them pile up first, as it sees only their small handles.
 * What is sent into a closed port is taken from the sender, as the specification of `postMessage` asks, and reaches nobody.
 */
export function freeArrays(arrays: readonly ArrayBufferView[]): void {
  const buffers = new Set<ArrayBuffer>();
  for (const { buffer } of arrays) if (buffer instanceof ArrayBuffer) buffers.add(buffer);
  const { port1 } = new MessageChannel();
  port1.close();
  port1.postMessage(null, [...buffers]);
}
