import type { KernelBuild } from '../kernels.ts';
import type { Work } from './work-rule.ts';

/** Rows that one call of the matrix product gets, and how often it is called. */
export interface RowGroup {
  readonly rows: number;
  readonly calls: number;
}

/**
 * The matrix product behind pointwise convolutions, `arm_nn_mat_mult_nt_t_s8` of CMSIS-NN: with DSP instructions two rows by two channels
 * after the weights of each channel were summed, four columns at a time; with MVE four rows by one channel, sixteen columns at a time, rows that are left over one by one.
 */
export function matrixWork(
  groups: readonly RowGroup[],
  channels: number,
  columns: number,
  vectors: KernelBuild['vectors'],
): Work {
  const sum = (count: (rows: number) => number) =>
    groups.reduce((all, { rows, calls }) => all + calls * count(rows), 0);
  const calls = sum(() => 1);
  if (vectors === 'mve') {
    const perResult = Math.ceil(columns / 16);
    const blocks = channels * sum((rows) => Math.floor(rows / 4));
    const single = channels * sum((rows) => rows % 4);
    return {
      perVector: blocks * perResult,
      perSingleVector: single * perResult,
      perOutputBlock: blocks,
      perSingleOutput: single,
      perRow: calls,
    };
  }
  const pairedChannels = channels - (channels % 2);
  const pairedRows = 2 * sum((rows) => Math.floor(rows / 2));
  const tail = columns % 4;
  return {
    perMac: pairedRows * pairedChannels * (columns - tail),
    perTailMac: pairedRows * pairedChannels * tail + sum((rows) => rows) * (channels % 2) * columns,
    perSingleMac: sum((rows) => rows % 2) * pairedChannels * columns,
    perWeight: calls * channels * columns,
    perChannel: calls * channels,
    perRow: calls,
  };
}
