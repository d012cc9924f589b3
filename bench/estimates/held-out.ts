/**
 * Estimates of boards as their files stand against runs that nothing was ever fitted to (held-out.json): `node scripts/run-ts.mjs bench/estimates.ts held-out`.
 * What a board's file says is used as it is, but for the number of threads that a run had.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readTflite } from '../../src/formats/tflite/read.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { cpuUnit, unitMilliseconds } from '../../src/runtimes/roofline/time.ts';
import { computedTensors, operatorWork, precisionOf } from '../../src/runtimes/roofline/work.ts';
import { operatorCost } from '../../src/runtimes/tflm/cycles.ts';
import type { Board } from '../../src/targets/board.ts';
import { loadBoard } from '../../src/targets/load.ts';
import type { Precision } from '../architectures/builder.ts';
import { networks } from '../architectures/networks.ts';
import { referenceDirectory } from '../reference.ts';
import published from './held-out.json' with { type: 'json' };
import { mlperfTiny } from './mlperf-tiny.ts';
import { type EstimateRow, estimateRow } from './row.ts';

interface HeldOut {
  readonly board: string;
  readonly runtime: 'tflm' | 'litert';
  /** Of networks that are built by name; others are as their files have them. */
  readonly precision?: Precision;
  readonly threads?: number;
  readonly library: string;
  readonly source: string;
  readonly milliseconds: Readonly<Record<string, number>>;
}

const training = 'mlcommons+tiny/benchmark/training';
const files: Readonly<Record<string, string>> = {
  'autoencoder-float-mlperf-tiny': `${training}/anomaly_detection/trained_models/ToyCar/baseline_tf23/model/model_ToyCar.tflite`,
  'resnet-8-float-mlperf-tiny': `${training}/image_classification/trained_models/pretrainedResnet.tflite`,
  'mobilenet1-0.25-96-float-mlperf-tiny': `${training}/visual_wake_words/trained_models/vww_96_float.tflite`,
  'mobilenet1-0.25-128-tinymaix': 'sipeed+TinyMaix/tools/tflite/mbnet128_0.25_q.tflite',
};

/** Rows of this section: one for each table. */
export async function heldOut(): Promise<readonly EstimateRow[]> {
  const tiny: Readonly<Record<string, Graph>> = mlperfTiny();
  return (published as readonly HeldOut[]).map((set) => {
    const board = withThreads(loadBoard(set.board), set);
    const pairs = Object.entries(set.milliseconds).map(([name, measured]) => {
      const graph = tiny[name] ?? networks[name]?.(set.precision ?? 'int8') ?? fromFile(name);
      const estimate = set.runtime === 'tflm' ? interpreted(graph, board) : onThreads(graph, board);
      console.log(
        `${set.board} ${name}: ${measured} ms published, ${estimate.toPrecision(4)} estimated, ${signed(estimate / measured - 1)}`,
      );
      return { estimate, measured };
    });
    const threads =
      set.threads === undefined ? '' : `${set.precision}, ${set.threads} ${set.threads === 1 ? 'thread' : 'threads'}; `;
    return estimateRow(
      { runtime: set.runtime, board: set.board, metric: 'latency', how: `never fitted: ${threads}${set.library}` },
      pairs,
    );
  });
}

function fromFile(name: string): Graph {
  const file = files[name];
  if (file === undefined) throw new RangeError(`there is no network ${name}`);
  return readTflite(readFileSync(path.join(referenceDirectory, 'models', file)), file);
}

/** The board with the runtime on as many threads as the runs had. */
function withThreads(board: Board, { runtime, threads }: HeldOut): Board {
  const own = board.runtimes[runtime];
  if (threads === undefined || own === undefined) return board;
  return {
    ...board,
    runtimes: { ...board.runtimes, [runtime]: { ...own, threads: { value: threads, source: 'held-out' } } },
  };
}

/** Milliseconds in TensorFlow Lite Micro. */
const interpreted = (graph: Graph, board: Board) =>
  sum(graph.operators.map((operator) => operatorCost(graph, operator, board)?.milliseconds));

/** Milliseconds in LiteRT. */
function onThreads(graph: Graph, board: Board): number {
  const unit = cpuUnit(board, 'litert');
  const computed = computedTensors(graph);
  return sum(
    graph.operators.map((operator) =>
      unit === undefined
        ? undefined
        : unitMilliseconds(operatorWork(graph, operator, computed), unit, precisionOf(graph, operator)),
    ),
  );
}

const sum = (values: readonly (number | undefined)[]) =>
  values.reduce<number>((all, value) => all + (value ?? Number.NaN), 0);
const signed = (share: number) => `${share < 0 ? '' : '+'}${(100 * share).toFixed(1)} %`;
