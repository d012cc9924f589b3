import { concreteShape, inputTensor, intAttribute } from '../../../graph/access.ts';
import type { NamedWork, Situation, Work } from './work-rule.ts';

/**
 * `FULLY_CONNECTED` and LSTM: in CMSIS-NN `arm_nn_vec_mat_mult_t_s8` on one row of the input at a time, with DSP instructions two channels by four columns, with MVE four channels by sixteen columns.
 * Elsewhere a plain loop.
 */
export function denseWork(situation: Situation): NamedWork | undefined {
  const { graph, operator, type, build, outputs } = situation;
  if (operator.type === 'UNIDIRECTIONAL_SEQUENCE_LSTM') return recurrentWork(situation);
  if (operator.type !== 'FULLY_CONNECTED') return undefined;
  const weights = concreteShape(inputTensor(graph, operator, 1)?.shape);
  const [channels = 0, columns = 0] = weights ?? [];
  if (channels === 0 || type === 'float32' || build.library !== 'cmsis-nn')
    return { name: 'fully-connected', work: {} };
  const rows = outputs / channels;
  return {
    name: 'fully-connected',
    work: build.vectors === 'mve' ? mve(rows, channels, columns) : dsp(rows, channels, columns),
  };
}

/**
 * `arm_lstm_unidirectional_s8`: four gates, each a product with the input and, from the second step on, one with the state before;
 * other types run the reference kernel, which multiplies both at every step.
 */
function recurrentWork({ graph, operator, type, build, inputs, outputs }: Situation): NamedWork {
  const name = 'unidirectional-sequence-lstm';
  const columns = concreteShape(inputTensor(graph, operator, 0)?.shape)?.at(-1) ?? 0;
  const hidden = concreteShape(inputTensor(graph, operator, 1)?.shape)?.[0] ?? 0;
  if (type !== 'int8' || build.library !== 'cmsis-nn' || columns === 0 || hidden === 0) return { name, work: {} };
  const steps = inputs / columns;
  const isBatchFirst = intAttribute(operator, 'time_major', 0) === 0;
  const batches = concreteShape(inputTensor(graph, operator, 0)?.shape)?.[isBatchFirst ? 0 : 1] ?? 1;
  const over = (count: (columns: number) => number) => steps * count(columns) + (steps - batches) * count(hidden);
  if (build.vectors === 'mve') {
    const vectors = over((length) => Math.ceil(length / 16));
    return {
      name,
      work: {
        perVector: 4 * Math.floor(hidden / 4) * vectors,
        perSingleVector: 4 * (hidden % 4) * vectors,
        perRow: steps,
        perOutput: outputs,
      },
    };
  }
  const [full, tail] = [over((length) => length - (length % 4)), over((length) => length % 4)];
  return {
    name,
    work: { perMac: 4 * hidden * full, perTailMac: 4 * hidden * tail, perRow: steps, perOutput: outputs },
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
