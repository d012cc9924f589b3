/** Espressif's chips: TensorFlow Lite Micro with ESP-NN, by costs of single kernels: `node scripts/run-ts.mjs bench/estimates/esp.ts`. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readTflite } from '../../src/formats/tflite/read.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { operatorCost } from '../../src/runtimes/tflm/cycles.ts';
import type { Board } from '../../src/targets/board.ts';
import { loadBoard } from '../../src/targets/load.ts';
import { mobilenetV3 } from '../architectures/mobilenets.ts';
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

/** What the plain C ticks of the ESP32-S3 were multiplied with for the ESP32: cores/xtensa-lx6.yml. */
const scaleOfEsp32 = 0.901;

const milliseconds = (graph: Graph, board: Board, isWanted = (_: string) => true): number =>
  graph.operators
    .filter(({ type }) => isWanted(type))
    .reduce((sum, operator) => sum + (operatorCost(graph, operator, board)?.milliseconds ?? Number.NaN), 0);

/** Boards whose costs are of single kernels are compared as they are; those whose costs were scaled to the one network there is are predicted from another chip. */
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
  const of = (board: string) => estimates.filter((run) => run.board === board);
  const cycles = (board: string) => of(board).map(({ measured }) => measured * loadBoard(board).clockHz.value);
  const about = { runtime: 'tflm', metric: 'latency' } as const;
  const kernels = 'ticks of single kernels, no network fitted';
  return [
    estimateRow({ ...about, board: 'esp32-s3', how: kernels }, of('esp32-s3')),
    estimateRow(
      { ...about, board: 'esp32-s3', how: 'three kinds of operators of MobileNetV3 Small that ESP-NN does not run' },
      operators,
    ),
    estimateRow({ ...about, board: 'esp32-p4', how: kernels }, of('esp32-p4')),
    estimateRow(
      { ...about, board: 'esp32', how: 'ticks of plain C on the ESP32-S3, not scaled to the one network there is' },
      of('esp32').map(({ estimate, measured }) => ({ estimate: estimate / scaleOfEsp32, measured })),
    ),
    estimateRow(
      { ...about, board: 'esp32-c3', how: 'cycles of the ESP32, the other chip without vector instructions' },
      cycles('esp32-c3').map((measured, index) => ({ estimate: cycles('esp32')[index] ?? Number.NaN, measured })),
    ),
  ];
}

export async function esp(verbose = false): Promise<readonly EstimateRow[]> {
  return tflm(verbose);
}

if (/esp(\.ts)?$/.test(process.argv[1] ?? '')) printRows(await esp(true));
