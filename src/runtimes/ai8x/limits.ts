import * as z from 'zod';
import type { Target } from '../../targets/target.ts';
import data from './limits.json' with { type: 'json' };

const count = z.int().positive();

/** What an accelerator of this family can do; bytes and counts. */
const limitsSchema = z.strictObject({
  source: z.string().min(10),
  /** Square kernels in two dimensions, the longest in one, the widest padding; strides and dilations are 1. */
  convolution: z.strictObject({ kernels: z.array(count), lengths: count, padding: count }),
  transposed: z.strictObject({ kernel: count, stride: count }),
  pooling: z.strictObject({ window: count, stride: count }),
  /** Of a layer's input or output, and of an output that has a bias. */
  channels: count,
  channelsWithBias: count,
  layers: count,
  /** Rows or columns. */
  extent: count,
  /** A picture that a dense layer takes: numbers in all, and of one channel. */
  flatten: z.strictObject({ elements: count, positions: count }),
  operands: count,
  processors: count,
  /** Processors that share an instance of data memory. */
  processorsPerMemory: count,
  /** Weight memory of one processor in kernels of 3 by 3 bytes. */
  weightWords: count,
  weightWordBytes: count,
  biasBytes: count,
  dataInstanceBytes: count,
  /** Consecutive layers that may stream, channels that may stream in, and rows times columns times passes of each. */
  streaming: z.strictObject({ layers: count, channels: count, product: count }),
});
export type Limits = z.infer<typeof limitsSchema>;

const all: Readonly<Record<string, Limits>> = z.record(z.string(), limitsSchema).parse(data);

/** The limits of the target's accelerator; `undefined` where it is none of this family. */
export function limitsOf({ board }: Target): Limits | undefined {
  return all[board.runtimes.ai8x?.accelerator?.id ?? ''];
}
