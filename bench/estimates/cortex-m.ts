/**
 * Latency of TensorFlow Lite Micro's kernels on Cortex-M: cycles = cycles per instruction × instructions + wait per byte of weights × bytes of weights.
 * Compared with published runs of the same kernels (CMSIS-NN through TensorFlow Lite Micro or microTVM): every model predicted from the board's other models,
 * and every board from the other boards and its core's CoreMark per MHz.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readTflite } from '../../src/formats/tflite/read.ts';
import { operatorCost } from '../../src/runtimes/tflm/cycles.ts';
import type { Board } from '../../src/targets/board.ts';
import { loadBoard } from '../../src/targets/load.ts';
import { referenceDirectory } from '../reference.ts';
import { type EstimateRow, estimateRow } from './row.ts';

/** CoreMark per MHz as Arm states it, what a core without published runs is placed by. */
const coreMarkPerMegahertz: Readonly<Record<string, number>> = {
  'cortex-m4': 3.42,
  'cortex-m33': 4.02,
  'cortex-m7': 5.01,
  'cortex-m85': 6.28,
};
/** Instructions of cores with MVE are counted in units that a known loop gives 22 % too many of (src/targets/cores/cortex-m55.yml). */
const instructionsPerCount: Readonly<Record<string, number>> = { 'cortex-m85': 0.78 };

/** Networks of raws-labs/tigris-bench, built from its description and converted by TensorFlow; without their weights. */
const ownNetworks = path.resolve('bench', 'estimates', 'networks');
const tiny = 'mlcommons+tiny/benchmark/training';
const files = {
  'anomaly detection': `${tiny}/anomaly_detection/trained_models/ad01_int8.tflite`,
  'image classification': `${tiny}/image_classification/trained_models/pretrainedResnet_quant.tflite`,
  'keyword spotting': `${tiny}/keyword_spotting/trained_models/kws_ref_model.tflite`,
  'visual wake words': `${tiny}/visual_wake_words/trained_models/vww_96_int8.tflite`,
  'mcunet-vww1': 'mit-han-lab+tinyengine/assets/vww.tflite',
  'person detection': 'tensorflow+tflite-micro/tensorflow/lite/micro/models/person_detect.tflite',
  'DS-CNN': path.join(ownNetworks, 'ds-cnn.tflite'),
  'dense autoencoder': path.join(ownNetworks, 'dense-autoencoder.tflite'),
  'signal CNN': path.join(ownNetworks, 'signal-cnn.tflite'),
} as const;
type ModelName = keyof typeof files;

interface Published {
  readonly board: string;
  readonly clockHz?: number;
  readonly milliseconds: Readonly<Partial<Record<ModelName, number>>>;
  /** Energy of an inference, where it was measured. */
  readonly microjoules?: Readonly<Partial<Record<ModelName, number>>>;
  readonly source: string;
}
const published: readonly Published[] = [
  {
    board: 'nucleo-l4r5zi',
    milliseconds: {
      'anomaly detection': 8.605,
      'image classification': 389.56,
      'keyword spotting': 99.81,
      'visual wake words': 301.2,
    },
    microjoules: {
      'anomaly detection': 443.18,
      'image classification': 20236,
      'keyword spotting': 5230.3,
      'visual wake words': 15531,
    },
    source: 'MLPerf Tiny v1.0, OctoML, microTVM with CMSIS-NN',
  },
  {
    board: 'nrf5340-dk',
    milliseconds: {
      'anomaly detection': 6.2665,
      'image classification': 316.16,
      'keyword spotting': 76.086,
      'visual wake words': 232.02,
    },
    source: 'MLPerf Tiny v1.0, OctoML, microTVM with CMSIS-NN',
  },
  {
    board: 'ek-ra6m4',
    milliseconds: {
      'anomaly detection': 4.6131,
      'image classification': 246.18,
      'keyword spotting': 50.572,
      'visual wake words': 162.36,
    },
    microjoules: {
      'anomaly detection': 324.09,
      'image classification': 17724,
      'keyword spotting': 3797,
      'visual wake words': 11852,
    },
    source: 'MLPerf Tiny v0.7, Renesas, TensorFlow Lite Micro with CMSIS-NN',
  },
  {
    board: 'ek-ra8d1',
    milliseconds: {
      'anomaly detection': 1000 / 1884.1,
      'image classification': 1000 / 117.95,
      'keyword spotting': 1000 / 288.61,
      'visual wake words': 1000 / 74.664,
    },
    source: 'MLPerf Tiny v1.2, Renesas, TensorFlow Lite Micro with CMSIS-NN',
  },
  {
    board: 'nucleo-h743zi',
    milliseconds: { 'mcunet-vww1': 97, 'DS-CNN': 12.794, 'dense autoencoder': 1.17, 'signal CNN': 0.346 },
    source:
      'mcunet: mit-han-lab/tinyengine README, TensorFlow Lite Micro with CMSIS-NN, its clock taken to be 480 MHz; the others: raws-labs/tigris-bench 50f599c, NUCLEO-H753ZI, the same die',
  },
  {
    board: 'nucleo-f446re',
    milliseconds: { 'DS-CNN': 68.049, 'dense autoencoder': 4.808, 'signal CNN': 1.797 },
    source: 'raws-labs/tigris-bench 50f599c, TensorFlow Lite Micro with CMSIS-NN',
  },
  {
    // Of the F4 boards here the one with the same flash; NUCLEO-F413ZH runs at 100 MHz with three wait states.
    board: 'stm32f427',
    clockHz: 100e6,
    milliseconds: { 'person detection': 386.6 },
    source: 'Samsung/ONE issue 7598, NUCLEO-F413ZH, TensorFlow Lite Micro of 2021 with CMSIS-NN',
  },
];

interface Point {
  readonly board: string;
  readonly core: string;
  readonly model: ModelName;
  readonly cycles: number;
  readonly clockHz: number;
  readonly microjoules?: number;
  readonly instructions: number;
  readonly weightBytes: number;
  /** What the board's file says of waiting for a byte of weights; on boards with a dense network it was taken from that. */
  readonly waitPerByte: number;
  /** The estimate with all that the board's file says. */
  readonly stated: number;
}

/** Rows of this section: per board with several models, and over boards that were left out whole. */
export async function cortexM(): Promise<readonly EstimateRow[]> {
  const points = published.flatMap(pointsOf);
  const boards = [...new Set(points.map(({ board }) => board))];
  for (const point of points) {
    const waiting = (point.weightBytes * point.waitPerByte) / point.cycles;
    console.log(
      `${point.board} ${point.model}: ${Math.round(point.cycles)} cycles published, ${perInstructionOf(point).toFixed(3)} per instruction and ${(100 * waiting).toFixed(1)} % waiting for weights; its file says ${signed(point.stated / point.cycles - 1)}`,
    );
  }
  const several = boards.filter((board) => points.filter((point) => point.board === board).length > 2);
  const latencies = several.map((board) => ({ board, pairs: withinBoard(board, points) }));
  return [
    ...latencies.map(({ board, pairs }) =>
      estimateRow(
        {
          runtime: 'tflm',
          board,
          metric: 'latency',
          how: 'cycles per instruction from the other models of the board; wait for weights from other boards where it was the dense model that was left out',
        },
        pairs,
      ),
    ),
    ...latencies
      .filter(({ pairs }) => pairs.every(({ point }) => point.microjoules !== undefined))
      .map(({ board, pairs }) =>
        estimateRow(
          {
            runtime: 'tflm',
            board,
            metric: 'energy',
            how: 'power and latency from the other models of the board, at the supply of these runs',
          },
          pairs.map(({ point, estimate }) => ({
            measured: point.microjoules ?? Number.NaN,
            estimate:
              (estimate / point.clockHz) *
              mean(pairs.filter((other) => other.point !== point).map(({ point: of }) => powerOf(of))),
          })),
        ),
      ),
    estimateRow(
      {
        runtime: 'tflm',
        board: 'Cortex-M, each board left out',
        metric: 'latency',
        how: 'core and clock only: cycles per instruction of the other boards, by CoreMark per MHz',
      },
      boards.flatMap((board) => leftOut(board, points)),
    ),
  ];
}

/** The models of a board, each predicted from the others. */
function withinBoard(board: string, points: readonly Point[]) {
  const own = points.filter((point) => point.board === board);
  const waitElsewhere = waitOf(points.filter((point) => point.board !== board));
  return own.map((point) => ({
    point,
    measured: point.cycles,
    estimate: predicted(
      point,
      mean(own.filter((other) => other !== point).map(perInstructionOf)),
      isDense(point) ? waitElsewhere : point.waitPerByte,
    ),
  }));
}

/** Microwatts. */
const powerOf = ({ microjoules, cycles, clockHz }: Point) => ((microjoules ?? Number.NaN) / cycles) * clockHz;

/** The models of a board predicted from the other boards. */
function leftOut(board: string, points: readonly Point[]): readonly { estimate: number; measured: number }[] {
  const others = points.filter((point) => point.board !== board);
  const byBoard = [...new Set(others.map((point) => point.board))].map((other) =>
    mean(
      others
        .filter((point) => point.board === other)
        .map((point) => (perInstructionOf(point) / instructionsOf(point.core)) * markOf(point.core)),
    ),
  );
  const product = mean(byBoard);
  const own = points.filter((point) => point.board === board);
  const pairs = own.map((point) => ({
    measured: point.cycles,
    estimate: predicted(point, (product / markOf(point.core)) * instructionsOf(point.core), waitOf(others)),
  }));
  const error = mean(pairs.map(({ estimate, measured }) => Math.abs(estimate / measured - 1)));
  console.log(
    `${board} left out: the other boards give ${product.toFixed(2)} cycles per instruction × CoreMark per MHz; mean error ${(100 * error).toFixed(1)} %`,
  );
  return pairs;
}

const predicted = (point: Point, perInstruction: number, waitPerByte: number) =>
  perInstruction * point.instructions + waitPerByte * point.weightBytes;
const perInstructionOf = (point: Point) => (point.cycles - point.waitPerByte * point.weightBytes) / point.instructions;
/** Only dense networks read so many weights for their arithmetic that they tell the wait. */
const isDense = ({ model }: Point) => model === 'anomaly detection' || model === 'dense autoencoder';
const waitOf = (points: readonly Point[]) => mean(points.filter(isDense).map(({ waitPerByte }) => waitPerByte));
const markOf = (core: string) => coreMarkPerMegahertz[core] ?? Number.NaN;
const instructionsOf = (core: string) => instructionsPerCount[core] ?? 1;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const signed = (share: number) => `${share < 0 ? '' : '+'}${(100 * share).toFixed(1)} %`;

function pointsOf({ board: id, clockHz, milliseconds, microjoules }: Published): readonly Point[] {
  const board = loadBoard(id);
  return (Object.entries(milliseconds) as readonly (readonly [ModelName, number])[]).map(([model, latency]) => {
    const { instructions, cycles, weightBytes } = work(model, board);
    return {
      board: id,
      core: board.core.id,
      model,
      cycles: (latency / 1000) * (clockHz ?? board.clockHz.value),
      clockHz: clockHz ?? board.clockHz.value,
      ...(microjoules?.[model] === undefined ? {} : { microjoules: microjoules[model] }),
      instructions,
      weightBytes,
      waitPerByte: board.runtimes.tflm?.flashCyclesPerWeightByte?.value ?? 0,
      stated: cycles,
    };
  });
}

function work(model: ModelName, board: Board): Pick<Point, 'instructions' | 'cycles' | 'weightBytes'> {
  const file = files[model];
  const graph = readTflite(readFileSync(path.resolve(referenceDirectory, 'models', file)), file);
  const costs = graph.operators.map((operator) => operatorCost(graph, operator, board));
  const sum = (term: 'instructions' | 'cycles' | 'weightBytes') =>
    costs.reduce((all, cost) => all + (cost?.[term] ?? 0), 0);
  return { instructions: sum('instructions'), cycles: sum('cycles'), weightBytes: sum('weightBytes') };
}
