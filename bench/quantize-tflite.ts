/**
 * Float TensorFlow Lite models as integers by SQNR of the outputs against the float model, in dB (the mean square of the float outputs over that of the differences):
 * ours in the kernels of TensorFlow Lite Micro, against the converter's own int8 file where the reference set has one, and both in LiteRT against ai-edge-quantizer.
 *
 *   node scripts/run-ts.mjs bench/quantize-tflite.ts [PYTHON [MODEL]]      PYTHON has ai-edge-litert and ai-edge-quantizer installed; with it rows go into docs/benchmarks.md, those of models whose path does not hold MODEL stay there
 *
 * Samples: real ones where the reference set has them (half calibrate, the others are judged), else random ones in the range of the converter's int8 file, or normal ones.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeRandom } from '../src/basics/random.ts';
import { calibrate } from '../src/calibrate/calibrate.ts';
import { syntheticData } from '../src/calibrate/synthetic.ts';
import type { DataSet } from '../src/data/data-set.ts';
import { modelInputs } from '../src/data/model-inputs.ts';
import { readNpz } from '../src/data/npz.ts';
import { slicedDataSet } from '../src/data/sliced.ts';
import { writeNpz } from '../src/data/write-npz.ts';
import { UserError } from '../src/errors.ts';
import { readTflite } from '../src/formats/tflite/read.ts';
import { writeModel } from '../src/formats/write-model.ts';
import { tensorAt } from '../src/graph/access.ts';
import type { Graph } from '../src/graph/graph.ts';
import { graphMacs } from '../src/graph/macs.ts';
import { calibratorOf } from '../src/optimize/calibrator.ts';
import { pullLevers } from '../src/optimize/pull-levers.ts';
import { quantiserOf } from '../src/optimize/quantiser.ts';
import { optimizeTflite } from '../src/passes/tflite/optimize.ts';
import { dequantizeWeights } from '../src/quantize/tflite/dequantize-weights.ts';
import { observedTensors } from '../src/quantize/tflite/observed.ts';
import { type QuantizeTfliteOptions, quantizeTflite } from '../src/quantize/tflite/quantize-tflite.ts';
import { unsupported } from '../src/runtimes/tflm/support/unsupported.ts';
import { openReal, sqnr } from '../test/support/real-outputs.ts';
import { commit, machine, numbersTable, sectionRows, versionsOf, writeSection } from './page.ts';
import { referenceDirectory, referenceModels } from './reference.ts';

const [python, wanted = ''] = process.argv.slice(2);
const models = path.join(referenceDirectory, 'models');
const folder = mkdtempSync(path.resolve('node_modules', '.bench-quantize-tflite-'));
const read = (file: string): Graph => readTflite(readFileSync(path.join(models, file)), file);
const mlperf = 'mlcommons+tiny/benchmark/training';

/** Float files with the converter's int8 file of the same network (not those whose weights are others: catdog, mnist_dw), and where samples of its input lie. */
const converted: Readonly<Record<string, { readonly int8: string; readonly samples?: string }>> = {
  [`${mlperf}/keyword_spotting/trained_models/kws_ref_model_float32.tflite`]: {
    int8: `${mlperf}/keyword_spotting/trained_models/kws_ref_model.tflite`,
  },
  [`${mlperf}/image_classification/trained_models/pretrainedResnet.tflite`]: {
    int8: `${mlperf}/image_classification/trained_models/pretrainedResnet_quant.tflite`,
    samples: 'resnet',
  },
  [`${mlperf}/visual_wake_words/trained_models/vww_96_float.tflite`]: {
    int8: `${mlperf}/visual_wake_words/trained_models/vww_96_int8.tflite`,
    samples: 'vww',
  },
  [`${mlperf}/anomaly_detection/trained_models/ToyCar/baseline_tf23/model/model_ToyCar.tflite`]: {
    int8: `${mlperf}/anomaly_detection/trained_models/ad01_int8.tflite`,
    samples: 'toycar',
  },
  'tensorflow+tflite-micro/tensorflow/lite/micro/examples/mnist_lstm/trained_lstm.tflite': {
    int8: 'tensorflow+tflite-micro/tensorflow/lite/micro/examples/mnist_lstm/trained_lstm_int8.tflite',
  },
  'tum-ei-eda+mlonmcu-models/micro_kws_m_fp32/micro_kws_m_fp32.tflite': {
    int8: 'tum-ei-eda+mlonmcu-models/micro_kws_m_quantized/micro_kws_m_quantized.tflite',
  },
  ...Object.fromEntries(
    ['cifar10', 'mnist_resnet', 'mnist_valid', 'vww96'].map((name) => [
      `sipeed+TinyMaix/tools/tflite/${name}_f.tflite`,
      { int8: `sipeed+TinyMaix/tools/tflite/${name}_q.tflite` },
    ]),
  ),
};

const keywords = slicedDataSet(
  'kws01.npz',
  '',
  readNpz(readFileSync(path.join(referenceDirectory, 'data/kws01.npz')), 'kws01.npz'),
);

/** A data set of some of the samples. */
function part(data: DataSet, indices: readonly number[]): DataSet {
  return { ...data, count: indices.length, sample: (index) => data.sample(indices[index] ?? 0) };
}

/** Real samples that the set has as integers of the int8 file, as real numbers. */
function storedSamples(graph: Graph, name: string, int8: Graph): DataSet {
  const place = path.join(referenceDirectory, 'data/tum-ei-eda+mlonmcu-models', name, 'input');
  const files = readdirSync(place).sort();
  const [id = 0] = int8.inputs;
  const { scale = [1], zeroPoint = [0] } = tensorAt(int8, id).quantization ?? {};
  const [input] = modelInputs(graph);
  const shape = (input?.shape ?? []).map((extent) => (typeof extent === 'number' && extent > 0 ? extent : 1));
  const length = shape.reduce((product, extent) => product * extent, 1);
  return {
    ...syntheticData(graph),
    path: `${name}/input`,
    count: files.length,
    sample: async (index) => {
      const bytes = readFileSync(path.join(place, files[index] ?? ''));
      const integers = new Int8Array(bytes.buffer, bytes.byteOffset, length);
      const data = Float32Array.from(integers, (value) => (value - (zeroPoint[0] ?? 0)) * (scale[0] ?? 1));
      return { [input?.name ?? '']: { dtype: 'float32', shape, data } };
    },
  };
}

/** Random samples over the range that the converter gave the int8 file's input. */
function rangedSamples(graph: Graph, int8: Graph): DataSet {
  const [id = 0] = int8.inputs;
  const { scale = [1 / 128], zeroPoint = [0] } = tensorAt(int8, id).quantization ?? {};
  const [input] = modelInputs(graph);
  const shape = (input?.shape ?? []).map((extent) => (typeof extent === 'number' && extent > 0 ? extent : 1));
  const length = shape.reduce((product, extent) => product * extent, 1);
  return {
    ...syntheticData(graph),
    count: graphMacs(graph) < 2e6 ? 200 : 16,
    sample: async (index) => {
      const random = makeRandom(Math.imul(index + 1, 0x9e3779b1));
      const data = Float32Array.from({ length }, () => (random(256) - 128 - (zeroPoint[0] ?? 0)) * (scale[0] ?? 1));
      return { [input?.name ?? '']: { dtype: 'float32', shape, data } };
    },
  };
}

/** Integers with ranges by `mse` alone. */
async function plain(graph: Graph, data: DataSet, options: QuantizeTfliteOptions): Promise<Graph> {
  const levels = options.activations === 'int16' ? 65535 : 255;
  const { ranges } = await calibrate(graph, observedTensors(graph), data, { levels });
  return optimizeTflite(quantizeTflite(graph, ranges, options).graph);
}

/** Integers as a recipe makes them: by the observer that measures best, with the levers that help. */
async function byDefault(graph: Graph, data: DataSet, numbers: 'int8' | 'int16x8') {
  const quantiser = quantiserOf('tflite', { numbers });
  const options = numbers === 'int16x8' ? { levels: 65535 } : {};
  const pulled = await pullLevers(graph, quantiser, data, calibratorOf(graph, quantiser, data), options);
  const { ranges } = pulled.calibration ?? (await calibratorOf(pulled.graph, quantiser, data).by(options));
  const { graph: made, findings } = quantiser.quantize(pulled.graph, ranges);
  return { graph: optimizeTflite(made), findings };
}

/** The peer calibrates by signature, which some of the models lack. */
function withSignature(graph: Graph): Graph {
  const named = (ids: readonly number[], name: string) =>
    ids.map((tensor, position) => ({ name: `${name}${position}`, tensor }));
  const signature = {
    key: 'serving_default',
    subgraph: 0,
    inputs: named(graph.inputs, 'i'),
    outputs: named(graph.outputs, 'o'),
  };
  return { ...graph, extras: { ...graph.extras, signatures: [signature] } };
}

/** One row of the table of SQNR. */
interface Row {
  readonly model: string;
  readonly samples: string;
  readonly int8: string;
  readonly byDefault: string;
  readonly int16: string;
  readonly converter: string;
  readonly left: string;
}

const decibels = (value: number): string => (Number.isFinite(value) ? value.toFixed(1) : String(value));
const jobs: object[] = [];

async function signalToNoise(file: string): Promise<Row | undefined> {
  const original = optimizeTflite(read(file));
  const graph = optimizeTflite(dequantizeWeights(original));
  const pair = converted[file];
  const int8 = pair === undefined ? undefined : read(pair.int8);
  const data = file.includes('kws_ref')
    ? keywords
    : int8 === undefined || pair === undefined
      ? { ...syntheticData(graph), count: graphMacs(graph) < 2e6 ? 200 : 16 }
      : pair.samples === undefined
        ? rangedSamples(graph, int8)
        : storedSamples(graph, pair.samples, int8);
  const even = Array.from({ length: Math.min(200, data.count) }, (_, index) => index).filter(
    (index) => index % 2 === 0,
  );
  const odd = even.map((index) => index + 1).filter((index) => index < data.count);
  const runFloat = openReal(graph);
  const samples = await Promise.all(odd.map((index) => data.sample(index)));
  const expected = samples.map((sample) => runFloat(sample));
  const judge = (other: Graph): string => {
    try {
      const run = openReal(other, graph);
      return decibels(
        sqnr(
          expected,
          samples.map((sample) => run(sample)),
        ),
      );
    } catch (error) {
      if (error instanceof UserError) return 'refused';
      throw error;
    }
  };
  const first = await byDefault(graph, part(data, even), 'int8');
  if (first.graph === graph || first.graph.operators.every(({ type }) => type === 'DEQUANTIZE')) return undefined;
  const refusals = unsupported(first.graph);
  const wide = await byDefault(graph, part(data, even), 'int16x8');
  const label = file.split('/').slice(-1)[0] ?? file;
  const name = jobs.length;
  const save = (suffix: string, bytes: Uint8Array) => {
    const target = path.join(folder, `${name}-${suffix}`);
    writeFileSync(target, bytes);
    return target;
  };
  const inputs = modelInputs(graph);
  const stacked = async (indices: readonly number[]) => {
    const all = await Promise.all(indices.map((index) => data.sample(index)));
    return Object.fromEntries(
      inputs.map(({ name: input, shape }, position) => {
        const extents = shape.map((extent) => (typeof extent === 'number' && extent > 0 ? extent : 1));
        const values = all.flatMap((sample) => {
          const given = sample[input] ?? Object.values(sample)[0];
          return Array.from((given?.data ?? []) as ArrayLike<number>);
        });
        return [
          `i${position}`,
          { dtype: 'float32' as const, shape: [indices.length, ...extents], data: Float32Array.from(values) },
        ];
      }),
    );
  };
  jobs.push({
    float: save('float.tflite', writeModel(withSignature(graph))),
    ours: save('int8.tflite', writeModel(first.graph)),
    ours16: save('int16.tflite', writeModel(wide.graph)),
    calibration: save('calibration.npz', writeNpz(await stacked(even))),
    evaluation: save('evaluation.npz', writeNpz(await stacked(odd))),
  });
  return {
    model: label,
    samples:
      data === keywords ? 'real' : pair?.samples !== undefined ? 'real' : int8 === undefined ? 'normal' : 'ranged',
    int8: judge(await plain(graph, part(data, even), {})),
    byDefault: judge(first.graph) + (refusals.length === 0 ? '' : ' (not deployable)'),
    int16: judge(wide.graph),
    converter: int8 === undefined ? '' : judge(int8),
    left: [
      ...new Set(
        first.findings.filter(({ code }) => code === 'left-in-float').map(({ where }) => where?.split(' ')[2]),
      ),
    ].join(' '),
  };
}

interface InLiteRt {
  readonly error?: string;
  readonly ours?: string;
  readonly peer?: string;
  readonly ours16?: string;
  readonly peer16?: string;
}

/** What LiteRT computes with our files and with ai-edge-quantizer's, by model. */
function inLiteRt(): readonly InLiteRt[] {
  if (python === undefined) return [];
  const job = path.join(folder, 'jobs.json');
  writeFileSync(job, JSON.stringify(jobs));
  const run = spawnSync(python, [path.join('bench', 'quantize-tflite-peer.py'), job], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (run.status !== 0) console.error(run.stderr.slice(-2000));
  return run.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): InLiteRt => JSON.parse(line));
}

const section = 'quantize-tflite';
const header = [
  ...['model', 'samples', 'mse', 'int8', 'int16x8', 'converter'],
  ...['LiteRT int8', 'ai-edge', 'LiteRT int16x8', 'ai-edge', 'left in float', 'commit'],
];

try {
  const rows: Row[] = [];
  for (const { file } of referenceModels()) {
    if (!file.endsWith('.tflite') || !existsSync(path.join(models, file)) || !file.includes(wanted)) continue;
    const graph = read(file);
    const floats = graph.operators.filter(({ outputs }) => tensorAt(graph, outputs[0] ?? 0).dtype === 'float32');
    if (floats.length < graph.operators.length / 2 || graph.operators.some(({ domain }) => domain === 'custom'))
      continue;
    const row = await signalToNoise(file);
    if (row === undefined) continue;
    rows.push(row);
    console.log(Object.values(row).join(' | '));
  }
  if (python === undefined) console.log('LiteRT and ai-edge-quantizer: skipped, no python given.');
  const litert = inLiteRt();
  const shown = (value: string | undefined): string =>
    value === undefined || /^(inf|[-\d.]+)?$/.test(value) ? (value ?? '') : 'refused';
  const measured = rows.map((row, index) => {
    const { ours, peer, ours16, peer16 } = litert[index] ?? {};
    return [
      ...[row.model, row.samples, row.int8, row.byDefault, row.int16, row.converter],
      ...[ours, peer, ours16, peer16].map(shown),
      row.left,
      commit(),
    ];
  });
  const names = referenceModels().map(({ file }) => path.basename(file));
  const anew = new Set(rows.map(({ model }) => model));
  const kept = sectionRows(section).filter(
    ([name = '', ...cells]) => cells.length === header.length - 1 && names.includes(name) && !anew.has(name),
  );
  const all = [...kept, ...measured].sort(([one = ''], [other = '']) => names.indexOf(one) - names.indexOf(other));
  const text = [
    'Signal to quantisation noise of the outputs in dB against the float model, on samples that did not calibrate. First in the kernels of TensorFlow Lite Micro: ours with ranges by `mse` alone, as the recipes',
    "`int8` and `int16x8` make it, and the int8 file that TensorFlow's converter made of the same network. Then in LiteRT: ours and ai-edge-quantizer's, from the same samples.",
    'Samples: "real", "ranged" (uniform over the range of the converter\'s input) or "normal".',
    '',
    numbersTable(header, all, [0, 1, 10]),
    '',
    counted(all),
  ].join('\n');
  console.log(`\n${text}`);
  if (python !== undefined) {
    const versions = versionsOf(python, ['ai-edge-quantizer', 'ai-edge-litert']);
    writeSection(section, `${text}\n\nCompared with ${versions}; ${machine()}.`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** In how many rows ours comes nearer. */
function counted(rows: readonly (readonly string[])[]): string {
  const pairs = (own: number, other: number): string => {
    const known = rows.map((cells) => [Number.parseFloat(cells[own] ?? ''), Number.parseFloat(cells[other] ?? '')]);
    const both = known.filter((pair): pair is [number, number] => pair.every(Number.isFinite));
    return `${both.filter(([one, two]) => one >= two).length} of ${both.length}`;
  };
  return `At least as near as the converter: ${pairs(3, 5)}; as ai-edge-quantizer, int8 in LiteRT: ${pairs(6, 7)}.`;
}
