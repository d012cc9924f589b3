/** Latency of published runs of ESP-NN against ours (Cortex-M: bench/estimates/cortex-m.ts), and instructions of reference kernels: `node scripts/run-ts.mjs bench/tflm-boards.ts`. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readTflite } from '../src/formats/tflite/read.ts';
import { graphMacs } from '../src/graph/macs.ts';
import { operatorCost } from '../src/runtimes/tflm/cycles.ts';
import { loadBoard } from '../src/targets/load.ts';
import { percent } from './tflm-reference.ts';

interface Row {
  readonly model_file?: string | null;
  readonly board: string | null;
  readonly runtime: string | null;
  readonly notes: string | null;
  readonly latency_ms: number | null;
  readonly energy_uj: number | null;
  readonly clock_mhz: number | null;
}

const folder = path.resolve('..', 'shared', 'reference');
const rows = JSON.parse(readFileSync(path.join(folder, 'measurements.json'), 'utf8')) as readonly Row[];
const published: readonly (readonly [string, (row: Row) => boolean])[] = [
  ['esp32-s3', (row) => row.board === 'ESP32-S3' && row.runtime === 'TFLite Micro + ESP-NN'],
];
for (const [id, matches] of published) {
  const board = loadBoard(id);
  const points = rows.filter(matches).flatMap((row) => {
    if (row.model_file == null || row.latency_ms == null) return [];
    const graph = readTflite(readFileSync(path.join(folder, 'models', row.model_file)), row.model_file);
    const costs = graph.operators.map((operator) => operatorCost(graph, operator, board));
    const sum = (term: 'instructions' | 'weightBytes' | 'cycles') =>
      costs.reduce((all, cost) => all + (cost?.[term] ?? 0), 0);
    const cycles = (row.latency_ms * board.clockHz.value) / 1000;
    return [
      {
        model: row.model_file.split('/').at(-1),
        cycles,
        instructions: sum('instructions'),
        weightBytes: sum('weightBytes'),
        ours: sum('cycles'),
        power: (row.energy_uj ?? 0) / row.latency_ms,
      },
    ];
  });
  const wait = board.runtimes.tflm?.flashCyclesPerWeightByte?.value ?? 0;
  const ratios = points.map(({ cycles, weightBytes, instructions }) => (cycles - wait * weightBytes) / instructions);
  points.forEach((point, index) => {
    const others = ratios.filter((_, other) => other !== index);
    const mean = others.reduce((a, b) => a + b, 0) / others.length;
    const predicted = mean * point.instructions + wait * point.weightBytes;
    const fit =
      point.instructions === 0
        ? ''
        : `; cycles per instruction ${ratios[index]?.toFixed(3)}, predicted from the others ${percent(predicted / point.cycles - 1)}`;
    console.log(
      `${id} ${point.model}: published ${Math.round(point.cycles)} cycles, ours ${Math.round(point.ours)} (${percent(point.ours / point.cycles - 1)})${fit}`,
    );
  });
  const errors = points.map(({ ours, cycles }) => Math.abs(ours / cycles - 1));
  console.log(
    `${id}: ${points.length} points, mean error ${percent(errors.reduce((a, b) => a + b, 0) / errors.length)}`,
  );
}

/** Instructions per multiply-accumulate with the reference kernels on a Cortex-M4, counted once on an emulated one for MLPerf Tiny's networks. */
const counted = [
  ['visual_wake_words/trained_models/vww_96_int8.tflite', 13.4],
  ['image_classification/trained_models/pretrainedResnet_quant.tflite', 8.6],
  ['keyword_spotting/trained_models/kws_ref_model.tflite', 16.2],
  ['anomaly_detection/trained_models/ad01_int8.tflite', 7.4],
] as const;
const generic = loadBoard('generic-cortex-m4');
const reference = { ...generic, runtimes: { tflm: { ...generic.runtimes.tflm, kernelLibrary: 'reference' } } };
for (const [file, perMac] of counted) {
  const bytes = readFileSync(path.join(folder, 'models', 'mlcommons+tiny', 'benchmark', 'training', file));
  const graph = readTflite(bytes, file);
  const instructions = graph.operators.reduce(
    (sum, operator) => sum + (operatorCost(graph, operator, reference)?.instructions ?? 0),
    0,
  );
  const ours = instructions / graphMacs(graph);
  console.log(
    `reference kernels, Cortex-M4, ${file.split('/').at(-1)}: counted ${perMac} per MAC, ours ${ours.toFixed(2)} (${percent(ours / perMac - 1)})`,
  );
}
