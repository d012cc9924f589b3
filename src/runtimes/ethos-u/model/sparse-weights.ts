import { concreteShape } from '../../../graph/access.ts';
import type { Tensor } from '../../../graph/graph.ts';
import type { NpuOperation } from './npu-operation.ts';

const known = new WeakMap<Tensor, boolean>();

/**
 * True where at least two of every four input channels' weights are zero, at every position of every filter: an Ethos-U85 then multiplies in half the time, and Vela has it do so.
 * Channels that are missing in the last four count as zeros, so that filters over one or two channels are always so. A weight of -128 cannot be written thus.
 */
export function areSparse({ kind, weights }: NpuOperation): boolean {
  if (weights === undefined || (kind !== 'convolution' && kind !== 'dense')) return false;
  const found = known.get(weights) ?? hasTwoZerosOfFour(weights);
  known.set(weights, found);
  return found;
}

function hasTwoZerosOfFour({ dtype, shape, data, quantization }: Tensor): boolean {
  const channels = concreteShape(shape)?.at(-1) ?? 0;
  if (data === undefined || dtype !== 'int8' || channels < 1) return false;
  if ((quantization?.zeroPoint ?? []).some((zero) => Number(zero) !== 0)) return false;
  const values = new Int8Array(data.buffer, data.byteOffset, data.byteLength);
  for (let row = 0; row < values.length; row += channels) {
    for (let first = 0; first < channels; first += 4) {
      let others = 0;
      for (let channel = first; channel < Math.min(first + 4, channels); channel += 1) {
        const value = values[row + channel] ?? 0;
        if (value === -128) return false;
        if (value !== 0) others += 1;
      }
      if (others > 2) return false;
    }
  }
  return true;
}
