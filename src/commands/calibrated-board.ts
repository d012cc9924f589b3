import { stringify } from 'yaml';
import { formatPercent } from '../basics/format.ts';
import { UserError } from '../errors.ts';
import { readTflite } from '../formats/tflite/read.ts';
import type { Graph } from '../graph/graph.ts';
import type { Measured } from '../measuring/measure.ts';
import { isQuantized } from '../quantize/is-quantized.ts';
import { type CpuRun, fitCpuFactors } from '../runtimes/roofline/fit-cpu-factors.ts';
import { fitBoard, type MeasuredRun } from '../runtimes/tflm/fit-board.ts';
import type { Board } from '../targets/board.ts';
import type { Target } from '../targets/target.ts';

/** A model, its median on the device, and what the gate makes of it. */
export interface MeasuredModel {
  readonly label: string;
  readonly milliseconds: number;
  readonly measured: Measured;
}

/** What was found, as it is and in words, and the board's file. */
export interface Calibrated {
  readonly json: unknown;
  readonly text: string;
  readonly board: string;
}

/** Where the runs come from. */
export interface Origin {
  readonly device?: string | undefined;
  readonly models: number;
}

/** Key of the sentence on the error, which other runtimes of the board don't share. */
const errorSource = 'calibratedError';

/** Cycles per instruction, and the wait for weights, of a board with TensorFlow Lite Micro. */
export function calibratedKernels(runs: readonly MeasuredModel[], target: Target, origin: Origin): Calibrated {
  const fitted = fitBoard(
    runs.map(({ label, milliseconds, measured }): MeasuredRun => {
      return { label, graph: readTflite(measured.artifact, label), milliseconds };
    }),
    target.board,
  );
  const tflm = {
    ...target.board.runtimes.tflm,
    cyclesPerInstruction: { value: rounded(fitted.cyclesPerInstruction), source: 'calibrated' },
    flashCyclesPerWeightByte: { value: rounded(fitted.flashCyclesPerWeightByte), source: 'calibrated' },
    latencyError: { value: rounded(meanError(fitted.errors)), source: errorSource },
  };
  const found = `${fitted.cyclesPerInstruction.toPrecision(4)} cycles per instruction, ${fitted.flashCyclesPerWeightByte.toPrecision(4)} cycles per byte of weights`;
  return {
    json: fitted,
    text: describe(found, fitted.errors, runs),
    board: boardText(target.board, { runtimes: { ...target.board.runtimes, tflm } }, origin),
  };
}

/** Whether the runtime computes on a core whose figures hold for all boards that carry it, up to a factor. */
export function hasCpuFactors({ board, runtime }: Target): boolean {
  const own = board.runtimes[runtime];
  return /^(litert|onnxruntime)$/.test(runtime) && own?.accelerator === undefined && own?.roofline === undefined
    ? board.core.roofline !== undefined
    : false;
}

/** An application core beside others of its kind. @throws UserError for a model without an estimate */
export function calibratedCpu(runs: readonly MeasuredModel[], target: Target, origin: Origin): Calibrated {
  const { board, runtime } = target;
  const fitted = fitCpuFactors(
    runs.map(({ label, milliseconds, measured }): CpuRun => {
      const { latency } = measured.measurement;
      if (latency === null) throw new UserError(`${label} has no latency on ${target.id} to compare with.`);
      const precision = precisionIn(measured.graphs.artifact);
      return { label, precision, estimatedMilliseconds: latency.value, measuredMilliseconds: milliseconds };
    }),
    board,
  );
  const found = fitted.factors.map(
    ({ precision, factor }) => `${factor.toPrecision(3)} times what ${board.core.title} takes in ${precision}`,
  );
  const factors = fitted.factors.map(
    ({ precision, factor }) => [precision, { value: rounded(factor), source: 'calibrated' }] as const,
  );
  const latencyError = { value: rounded(meanError(fitted.errors)), source: errorSource };
  return {
    json: fitted,
    text: describe(found.join(', '), fitted.errors, runs),
    board: boardText(
      board,
      {
        cpuFactors: { ...board.cpuFactors, ...Object.fromEntries(factors) },
        runtimes: { ...board.runtimes, [runtime]: { ...board.runtimes[runtime], latencyError } },
      },
      origin,
    ),
  };
}

/** What most of a model is computed in. */
function precisionIn(graph: Graph): CpuRun['precision'] {
  if (isQuantized(graph)) return 'int8';
  return graph.tensors.some(({ dtype, data }) => dtype === 'float16' && data === undefined) ? 'float16' : 'float32';
}

/** The mean of the errors' sizes. */
function meanError(errors: readonly number[]): number {
  return errors.reduce((sum, error) => sum + Math.abs(error), 0) / errors.length;
}

const rounded = (value: number) => Number(value.toPrecision(4));

/** The board's file with what was fitted and where it comes from. */
function boardText(board: Board, fitted: object, { device, models }: Origin): string {
  return stringify({
    ...board,
    core: board.core.id,
    ...fitted,
    sources: {
      ...board.sources,
      calibrated: `Fitted by edge-ready calibrate to ${models} measured models${device === undefined ? '' : ` on ${device}`}.`,
      [errorSource]: `The mean over the measured models, each predicted from the others${models === 1 ? ' (there is one only, so from the board as it was)' : ''}.`,
    },
  });
}

function describe(found: string, errors: readonly number[], runs: readonly MeasuredModel[]): string {
  const lines = runs.map(
    ({ label }, index) => `  ${label}: ${formatPercent(errors[index] ?? 0)} off, predicted from the others`,
  );
  return [found, ...lines, `${formatPercent(meanError(errors))} off on average`].join('\n');
}
