/** Espressif's chips: TensorFlow Lite Micro with ESP-NN, by costs of single kernels: `node scripts/run-ts.mjs bench/estimates/esp.ts`. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readTflite } from '../../src/formats/tflite/read.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { type OperatorCost, operatorCost } from '../../src/runtimes/tflm/cycles.ts';
import type { Board } from '../../src/targets/board.ts';
import { loadBoard } from '../../src/targets/load.ts';
import { mobilenetV3 } from '../architectures/mobilenets.ts';
import { yolo11 } from '../architectures/yolos.ts';
import { referenceDirectory } from '../reference.ts';
import { printRows } from './accelerators.ts';
import { type EstimateRow, estimateRow } from './row.ts';

/** Milliseconds of `invoke()`: espressif/esp-nn d45b843 README.md, person detection in internal memory where it has that, MobileNetV3 Small with its arena in external memory. */
const espNn: readonly {
  readonly board: string;
  readonly network: 'person' | 'mobilenet3';
  readonly milliseconds: number;
  readonly how: string;
}[] = [
  { board: 'esp32-s3', network: 'person', milliseconds: 47, how: 'internal memory' },
  { board: 'esp32-s3', network: 'mobilenet3', milliseconds: 1434, how: 'arena in external memory' },
  { board: 'esp32-p4', network: 'person', milliseconds: 73, how: 'internal memory' },
  { board: 'esp32-p4', network: 'mobilenet3', milliseconds: 1050, how: 'arena in external memory' },
  { board: 'esp32', network: 'person', milliseconds: 380, how: 'internal memory' },
  { board: 'esp32-c3', network: 'person', milliseconds: 426, how: 'internal memory' },
];

function espNnGraph(network: 'person' | 'mobilenet3'): Graph {
  if (network === 'mobilenet3') return mobilenetV3('int8', 'small');
  const file = 'tensorflow+tflite-micro/tensorflow/lite/micro/models/person_detect.tflite';
  return readTflite(readFileSync(path.join(referenceDirectory, 'models', file)), file);
}

/** Milliseconds that operators of MobileNetV3 Small take on an ESP32-S3 together, run by the reference kernels: messages of espressif/esp-nn 0d6ec07, 629e369 and d35aac3, which replace these. */
const operatorsOfS3: Readonly<Record<string, number>> = { HARD_SWISH: 431, MEAN: 219, MUL: 120 };

/** Milliseconds of all convolutions of YOLO11n at 192 pixels on an ESP32-S3, with an arena far larger than its internal memory: message of espressif/esp-nn d17c031. */
const yoloConvolutions = 1785;

/** Instructions of an iteration of CoreMark, gcc 12.2 at -O3, counted on an emulated RV32IMC. */
const coreMarkInstructions = 295_244;

/** Iterations of CoreMark a second on one core at -O3: example of the component espressif/coremark 1.1.0 (gcc 12.2), README of ochrin/coremark. */
const coreMarks: Readonly<Record<string, number>> = { 'esp32-c3': 409.249, esp32: 494.6 };

const sumOf = (
  graph: Graph,
  board: Board,
  of: (cost: OperatorCost | undefined) => number,
  isWanted = (_: string) => true,
): number =>
  graph.operators
    .filter(({ type }) => isWanted(type))
    .reduce((sum, operator) => sum + of(operatorCost(graph, operator, board)), 0);

const milliseconds = (graph: Graph, board: Board, isWanted?: (type: string) => boolean): number =>
  sumOf(graph, board, (cost) => cost?.milliseconds ?? Number.NaN, isWanted);

/** Boards whose costs are of single kernels are compared as they are; those whose cycles per instruction are of the one network there is are predicted without it. */
function tflm(verbose: boolean): readonly EstimateRow[] {
  const estimates = espNn.map((run) => {
    const estimate = milliseconds(espNnGraph(run.network), loadBoard(run.board));
    if (verbose)
      console.log(`${run.board} ${run.network} (${run.how}): ${run.milliseconds} ms, ours ${estimate.toFixed(1)} ms`);
    return { ...run, estimate, measured: run.milliseconds };
  });
  const operators = Object.entries(operatorsOfS3).map(([type, measured]) => {
    const estimate = milliseconds(espNnGraph('mobilenet3'), loadBoard('esp32-s3'), (other) => other === type);
    if (verbose) console.log(`esp32-s3 mobilenet3 ${type}: ${measured} ms, ours ${estimate.toFixed(1)} ms`);
    return { estimate, measured };
  });
  const yolo = milliseconds(yolo11('int8', 'n', 192), loadBoard('esp32-s3'), (type) => type === 'CONV_2D');
  if (verbose) console.log(`esp32-s3 yolo11n-192 CONV_2D: ${yoloConvolutions} ms, ours ${yolo.toFixed(1)} ms`);
  const of = (board: string) => estimates.filter((run) => run.board === board);
  /** By instructions, and the cycles that one takes in CoreMark. */
  const byCoreMark = (board: string) =>
    of(board).map(({ network, measured }) => {
      const count = sumOf(espNnGraph(network), loadBoard(board), (cost) => cost?.instructions ?? Number.NaN);
      return { estimate: (1e3 * count) / ((coreMarks[board] ?? 0) * coreMarkInstructions), measured };
    });
  const about = { runtime: 'tflm', metric: 'latency' } as const;
  const kernels = 'ticks of single kernels, no network fitted';
  return [
    estimateRow({ ...about, board: 'esp32-s3', how: kernels }, of('esp32-s3')),
    estimateRow(
      { ...about, board: 'esp32-s3', how: 'three kinds of operators of MobileNetV3 Small that ESP-NN does not run' },
      operators,
    ),
    estimateRow(
      {
        ...about,
        board: 'esp32-s3',
        how: 'convolutions of YOLO11n at 192 pixels, whose filters are read from external memory for each position: not modelled',
      },
      [{ estimate: yolo, measured: yoloConvolutions }],
    ),
    estimateRow({ ...about, board: 'esp32-p4', how: kernels }, of('esp32-p4')),
    ...['esp32', 'esp32-c3'].map((board) =>
      estimateRow(
        { ...about, board, how: 'instructions counted, cycles per instruction of CoreMark, no network fitted' },
        byCoreMark(board),
      ),
    ),
  ];
}

export async function esp(verbose = false): Promise<readonly EstimateRow[]> {
  return tflm(verbose);
}

if (/esp(\.ts)?$/.test(process.argv[1] ?? '')) printRows(await esp(true));
