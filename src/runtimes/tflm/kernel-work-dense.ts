import { concreteShape, inputTensor } from '../../graph/access.ts';
import type { NamedWork, Situation, Work } from './kernel-work.ts';

/**
 * `FULLY_CONNECTED`: in CMSIS-NN `arm_nn_vec_mat_mult_t_s8` on one row of the input at a time, with DSP instructions two channels by four columns, with MVE four channels by sixteen columns.
 * Elsewhere a plain loop.
 */
export function denseWork({ graph, operator, type, build, outputs }: Situation): NamedWork | undefined {
  if (operator.type !== 'FULLY_CONNECTED') return undefined;
  const weights = concreteShape(inputTensor(graph, operator, 1)?.shape);
  const [channels = 0, columns = 0] = weights ?? [];
  if (channels === 0 || type === 'float32') return { name: 'fully-connected', work: {} };
  const rows = outputs / channels;
  return {
    name: 'fully-connected',
    work: build.vectors === 'mve' ? mve(rows, channels, columns) : dsp(rows, channels, columns),
  };
}

function dsp(rows: number, channels: number, columns: number): Work {
  const [rest, odd] = [columns % 4, channels % 2];
  return {
    perRow: rows,
    perMac: rows * (channels - odd) * (columns - rest),
    perTailMac: rows * channels * rest,
    perSingleMac: rows * odd * (columns - rest),
  };
}

function mve(rows: number, channels: number, columns: number): Work {
  const perResult = Math.ceil(columns / 16);
  const [blocks, single] = [Math.floor(channels / 4), channels % 4];
  return {
    perRow: rows,
    perVector: rows * blocks * perResult,
    perSingleVector: rows * single * perResult,
    perOutputBlock: rows * blocks,
    perSingleOutput: rows * single,
  };
}
