/**
 * What storing weights as streams that the device decodes (TFLM_DECODE) saves and costs, on MLPerf Tiny's int8 networks:
 * `node scripts/run-ts.mjs bench/compress.ts [board]`. Each network first gets the lossless passes, so that no dead channel is counted as a saving.
 * Then: encoded as it is (lossless), and with weights clustered to 5 and 4 bits per tensor, and 4 bits per channel.
 * `all`: whatever gets smaller in the file; `worth it`: only what saves more flash than its code and its memory cost, in at most a quarter more time.
 * Flash is the model and TensorFlow Lite Micro's code; latency and flash are modelled, arena is exact, accuracy is measured on the keyword data of the reference.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { evaluateTflite } from '../src/accuracy/evaluate-tflite.ts';
import { clusterWeights } from '../src/cluster/cluster-weights.ts';
import { folderSource } from '../src/data/folder-source.ts';
import { readDataSet } from '../src/data/read-data-set.ts';
import { readTflite } from '../src/formats/tflite/read.ts';
import { writeTflite } from '../src/formats/tflite/write.ts';
import type { Graph } from '../src/graph/graph.ts';
import { optimizeTflite } from '../src/passes/tflite/optimize.ts';
import { tflmArena } from '../src/runtimes/tflm/arena/arena.ts';
import { operatorCost } from '../src/runtimes/tflm/cycles.ts';
import { encodeForTflm } from '../src/runtimes/tflm/encode.ts';
import { runtimeFlash } from '../src/runtimes/tflm/flash/flash.ts';
import { kernelBuild } from '../src/runtimes/tflm/kernels.ts';
import { unsupported } from '../src/runtimes/tflm/support/unsupported.ts';
import { loadBoard } from '../src/targets/load.ts';
import { numbersTable, writeSection } from './page.ts';

const folder = path.resolve('..', 'shared', 'reference');
const trained = 'models/mlcommons+tiny/benchmark/training';
const networks = [
  ['keyword spotting', 'keyword_spotting/trained_models/kws_ref_model.tflite'],
  ['visual wake words', 'visual_wake_words/trained_models/vww_96_int8.tflite'],
  ['image classification', 'image_classification/trained_models/pretrainedResnet_quant.tflite'],
  ['anomaly detection', 'anomaly_detection/trained_models/ad01_int8.tflite'],
] as const;
const clusterings = [
  ['as they are', undefined],
  ['5 bits', { bits: 5, scope: 'tensor' }],
  ['4 bits', { bits: 4, scope: 'tensor' }],
  ['4 bits per channel', { bits: 4, scope: 'channel' }],
] as const;

if (!existsSync(folder)) {
  console.log('skipped: reference missing');
} else {
  const board = loadBoard(process.argv[2] ?? 'nucleo-l4r5zi');
  const build = kernelBuild(board);
  const data = await readDataSet('data/kws01.npz', folderSource(folder));
  const accuracyOf = async (graph: Graph): Promise<string> => {
    const accuracy = await evaluateTflite(
      { format: 'tflite', bytes: writeTflite(graph), graph },
      { data, metric: 'top-1' },
    );
    return accuracy.metric === null ? '' : `${(100 * accuracy.metric.value).toFixed(1)} %`;
  };
  const measure = (graph: Graph) => ({
    file: writeTflite(graph).byteLength,
    flash: writeTflite(graph).byteLength + runtimeFlash(graph, board).parts.reduce((sum, { bytes }) => sum + bytes, 0),
    arena: tflmArena(graph, build).memory.arenaRequired,
    milliseconds: graph.operators.reduce((sum, each) => sum + (operatorCost(graph, each, board)?.milliseconds ?? 0), 0),
  });
  const rows: string[][] = [];
  for (const [name, file] of networks) {
    const original = optimizeTflite(readTflite(readFileSync(path.join(folder, trained, file)), file));
    const before = measure(original);
    const change = (after: number, from: number) =>
      `${after >= from ? '+' : ''}${((100 * (after - from)) / from).toFixed(1)} %`;
    const row = async (weights: string, encoded: string, graph: Graph, tensors: string, sqnr: string) => {
      const { file: bytes, flash, arena, milliseconds } = measure(graph);
      const top = name === 'keyword spotting' ? await accuracyOf(graph) : '';
      if (unsupported(graph).length > 0) throw new Error(`${name}: refused`);
      rows.push([
        ...[name, weights, encoded, tensors, String(bytes)],
        ...[`${flash} (${change(flash, before.flash)})`, `${arena} (${change(arena, before.arena)})`],
        ...[`${milliseconds.toFixed(2)} (${change(milliseconds, before.milliseconds)})`, sqnr, top],
      ]);
    };
    await row('as they are', '', original, '', '');
    for (const [weights, clustering] of clusterings) {
      const { graph, report } =
        clustering === undefined ? { graph: original, report: [] } : clusterWeights(original, clustering);
      const lowest = report.reduce((least, { sqnrDb }) => Math.min(least, sqnrDb), Number.POSITIVE_INFINITY);
      for (const force of [true, false]) {
        const encoded = encodeForTflm(graph, board, { force });
        const kinds = encoded.report.flatMap(({ kind }) => kind ?? []);
        const taken = ['table', 'huffman', 'mask']
          .map((kind) => kinds.filter((each) => each === kind).length)
          .join('/');
        const sqnr = Number.isFinite(lowest) ? `${lowest.toFixed(1)} dB` : '';
        await row(weights, force ? 'all' : 'worth it', encoded.graph, taken, sqnr);
      }
    }
  }
  const columns = [
    'network',
    'weights',
    'encoded',
    'tables/codes/masks',
    'model B',
    'flash B',
    'arena B',
    'latency ms',
    'worst SQNR',
    'top-1',
  ];
  const text = [
    `Weights that the device decodes (TFLM_DECODE), on ${board.title}, against the same network with plain weights. "all": whatever gets smaller in the file; "worth it": what saves more flash than its code and its memory cost, in at most a quarter more time.`,
    'Latency and flash are modelled, the arena is exact, top-1 is measured on 515 samples.',
    '',
    numbersTable(columns, rows, [0, 1, 2]),
  ].join('\n');
  console.log(text);
  if (process.argv[2] === undefined) writeSection('compress', text);
}
