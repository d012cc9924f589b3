import type { Tensor } from '../../../graph/graph.ts';
import type { Block } from './block.ts';
import { type EncodedWeights, encodedWeights } from './encoded-weights.ts';
import type { Timing } from './multipliers.ts';
import type { NpuOperation } from './npu-operation.ts';

/** Encoded sizes of the weights of a model; what several operations share, or the steps of a recurrent layer, is coded once. */
export interface WeightCoder {
  /** Of all weights of an operation; `undefined` where it has none. */
  readonly allOf: (operation: NpuOperation, block: Block) => EncodedWeights | undefined;
  /** Bytes of the weights and scales of so many of its output channels from one on. */
  readonly partOf: (operation: NpuOperation, block: Block, first: number, channels: number) => number;
  /** Bytes of all that `allOf` was asked for. */
  readonly bytes: () => number;
}

export function weightCoder(timing: Timing): WeightCoder {
  const whole = new Map<Tensor, EncodedWeights>();
  const parts = new Map<Tensor, Map<string, number>>();
  const sum = ({ weightBytes, scaleBytes }: EncodedWeights): number => weightBytes + scaleBytes;
  return {
    allOf: (operation, block) => {
      const { weights } = operation;
      if (weights === undefined) return undefined;
      const known = whole.get(weights);
      if (known !== undefined) return known;
      const sizes = encodedWeights(weights, { operation, block, timing });
      whole.set(weights, sizes);
      return sizes;
    },
    partOf: (operation, block, first, channels) => {
      const { weights } = operation;
      if (weights === undefined) return 0;
      const ofWeights = parts.get(weights) ?? new Map<string, number>();
      parts.set(weights, ofWeights);
      const key = `${first} ${channels}`;
      const bytes = ofWeights.get(key) ?? sum(encodedWeights(weights, { operation, block, timing }, first, channels));
      ofWeights.set(key, bytes);
      return bytes;
    },
    bytes: () => [...whole.values()].reduce((total, sizes) => total + sum(sizes), 0),
  };
}
