/** Espressif's chips: TensorFlow Lite Micro with ESP-NN, by costs of single kernels, and ESP-DL: `node scripts/run-ts.mjs bench/estimates/esp.ts`. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readTflite } from '../../src/formats/tflite/read.ts';
import type { Graph } from '../../src/graph/graph.ts';
import type { CostCounts } from '../../src/runtimes/roofline/time.ts';
import { operatorCost } from '../../src/runtimes/tflm/cycles.ts';
import { loadBoard } from '../../src/targets/load.ts';
import { networkBuilder } from '../architectures/builder.ts';
import { mobilenetV3 } from '../architectures/mobilenets.ts';
import { familyOf, networks } from '../architectures/networks.ts';
import { referenceDirectory } from '../reference.ts';
import { printRows } from './accelerators.ts';
import { crossValidate, type FitRow } from './fit.ts';
import { graphCounts } from './graph-work.ts';
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

/** Boards whose costs are of single kernels are compared as they are; those whose costs were scaled to the one network there is are predicted from the other such board. */
function tflm(verbose: boolean): readonly EstimateRow[] {
  const estimates = espNn.map((run) => {
    const board = loadBoard(run.board);
    const graph = espNnGraph(run.network);
    const estimate = graph.operators.reduce(
      (sum, operator) => sum + (operatorCost(graph, operator, board)?.milliseconds ?? Number.NaN),
      0,
    );
    if (verbose)
      console.log(`${run.board} ${run.network} (${run.how}): ${run.milliseconds} ms, ours ${estimate.toFixed(1)} ms`);
    return { ...run, estimate, measured: run.milliseconds };
  });
  const of = (board: string) => estimates.filter((run) => run.board === board);
  const cycles = (board: string) => of(board).map(({ measured }) => measured * loadBoard(board).clockHz.value);
  const about = { runtime: 'tflm', metric: 'latency' } as const;
  const kernels = 'costs of single kernels, no network fitted';
  const swapped = (board: string, other: string) =>
    cycles(board).map((measured, index) => ({ estimate: cycles(other)[index] ?? Number.NaN, measured }));
  return [
    estimateRow({ ...about, board: 'esp32-s3', how: kernels }, of('esp32-s3')),
    estimateRow({ ...about, board: 'esp32-p4', how: kernels }, of('esp32-p4')),
    estimateRow(
      { ...about, board: 'esp32', how: 'cycles of the ESP32-C3, the other chip without vector instructions' },
      swapped('esp32', 'esp32-c3'),
    ),
    estimateRow(
      { ...about, board: 'esp32-c3', how: 'cycles of the ESP32, the other chip without vector instructions' },
      swapped('esp32-c3', 'esp32'),
    ),
  ];
}

/** A single convolution: input height, width, channels; output channels, 0 for depthwise; kernel, stride, padding. */
type Single = readonly [number, number, number, number, number, number | readonly [number, number], number];

const singles: readonly Single[] = [
  [20, 20, 16, 32, 1, 1, 0],
  [19, 23, 32, 16, 3, 2, 1],
  [22, 22, 16, 32, 5, 2, 2],
  [19, 23, 22, 33, 3, 1, 1],
  [100, 50, 32, 0, 3, 1, 0],
  [20, 20, 25, 0, 7, [1, 2], 2],
];

/** The ESP32-S3's figures are not in its file: what fits small operators in its cache is far from networks in external memory. Source: espressif/esp-dl 12c0616: operator_performance.md (µs of single operators), models/coco_detect, models/imagenet_cls and models/hand_gesture_recognition README.md (ms, one core). */
const espDl: readonly {
  readonly board: string;
  readonly clockHz: number;
  readonly singleMicroseconds: readonly number[];
  readonly networks: Readonly<Record<string, number>>;
}[] = [
  {
    board: 'esp32-s3',
    clockHz: 240e6,
    singleMicroseconds: [422, 482, 974, 3447, 5542, 918],
    networks: { 'yolo11-n': 26014.2, 'yolo11-n-320': 6161.8, 'mobilenet2-1.0': 1309.5 },
  },
  {
    board: 'esp32-p4',
    clockHz: 360e6,
    singleMicroseconds: [289, 421, 666, 2517, 2333, 660],
    networks: { 'yolo11-n': 2535.3, 'yolo11-n-320': 550.1, 'mobilenet2-1.0': 326.6, 'mobilenet2-0.5-128': 26.5 },
  },
];

const terms: readonly (keyof CostCounts)[] = ['cyclesPerConvolutionMac', 'cyclesPerDepthwiseMac', 'cyclesPerDataByte'];

function singleGraph([height, width, depth, channels, kernel, stride, padding]: Single): Graph {
  const g = networkBuilder('int8');
  const input = g.input(1, height, width, depth);
  const window = { kernel, stride, padding };
  const output = channels === 0 ? g.depthwise(input, window) : g.convolution(input, channels, window);
  return g.build('single', [input], [output]);
}

function espDlRows(verbose: boolean): readonly EstimateRow[] {
  return espDl.map(({ board, clockHz, singleMicroseconds, networks: measured }) => {
    const row = (label: string, family: string, graph: Graph, milliseconds: number): FitRow => {
      const counts = graphCounts(graph);
      return { label, family, counts: terms.map((term) => (counts[term] * 1e3) / clockHz), milliseconds };
    };
    const rows = [
      ...singles.map((single, index) =>
        row(
          `single ${single.join(' ')}`,
          `single ${index}`,
          singleGraph(single),
          (singleMicroseconds[index] ?? 0) / 1e3,
        ),
      ),
      ...Object.entries(measured).flatMap(([name, milliseconds]) => {
        const make = networks[name];
        return make === undefined ? [] : [row(name, familyOf(name), make('int8'), milliseconds)];
      }),
    ];
    const { coefficients, pairs } = crossValidate(rows);
    if (verbose) {
      console.log(
        `esp-dl ${board}: ${terms.map((term, index) => `${term}: ${Number(coefficients[index]?.toPrecision(3))}`).join(', ')}`,
      );
      for (const { label, estimate, measured: ms } of pairs)
        console.log(`    ${label.padEnd(30)} ${ms} ms ${((estimate / ms - 1) * 100).toFixed(0)} %`);
    }
    const whole = pairs.filter(({ label }) => !label.startsWith('single'));
    return estimateRow(
      {
        runtime: 'esp-dl',
        board,
        metric: 'latency',
        how: 'whole networks, fitted without the family to the others and six single operators',
      },
      whole,
    );
  });
}

export async function esp(verbose = false): Promise<readonly EstimateRow[]> {
  return [...tflm(verbose), ...espDlRows(verbose)];
}

if (process.argv[1]?.includes('esp.ts') || process.argv[1]?.endsWith('esp')) printRows(await esp(true));
