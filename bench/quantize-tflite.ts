/**
 * Float TensorFlow Lite models as integers: ours in the kernels of TensorFlow Lite Micro, against the converter's own int8 file where the reference set has one, and ai-edge-quantizer.
 *
 *   node scripts/run-ts.mjs bench/quantize-tflite.ts [PYTHON]      PYTHON has ai-edge-litert and ai-edge-quantizer installed
 *
 * 1. Keyword spotting of MLPerf Tiny: right answers of 515 labelled samples. 100 calibrate; they are counted apart from the 415 others.
 * 2. SQNR of the outputs against the float model, in dB: the mean square of the float outputs over that of the differences.
 *    Samples: real ones where the reference set has them (half calibrate, the others are judged), else random ones in the range of the converter's int8 file, or normal ones.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { evaluateTflite } from '../src/accuracy/evaluate-tflite.ts';
import { calibrate } from '../src/calibrate/calibrate.ts';
import { type Observer, observers } from '../src/calibrate/range.ts';
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
import { optimizeTflite } from '../src/passes/tflite/optimize.ts';
import { dequantizeWeights } from '../src/quantize/tflite/dequantize-weights.ts';
import { mixPrecisions } from '../src/quantize/tflite/mix-precisions.ts';
import { observedTensors } from '../src/quantize/tflite/observed.ts';
import { type QuantizeTfliteOptions, quantizeTflite } from '../src/quantize/tflite/quantize-tflite.ts';
import { sensitivityOf } from '../src/quantize/tflite/sensitivity.ts';
import { makeRandom } from '../src/random.ts';
import { unsupported } from '../src/runtimes/tflm/support/unsupported.ts';
import { openReal, sqnr } from '../test/support/real-outputs.ts';
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

async function quantized(graph: Graph, data: DataSet, observer: Observer, options: QuantizeTfliteOptions) {
  const levels = options.activations === 'int16' ? 65535 : 255;
  const { ranges } = await calibrate(graph, observedTensors(graph), data, { observer, levels });
  const result = quantizeTflite(graph, ranges, options);
  return { ...result, graph: optimizeTflite(result.graph) };
}

async function rightAnswers(graph: Graph, data: DataSet): Promise<number> {
  const accuracy = await evaluateTflite(
    { format: 'tflite', bytes: writeModel(graph), graph },
    { data, metric: 'top-1' },
  );
  return accuracy.metric === null ? Number.NaN : Math.round(accuracy.metric.value * data.count);
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

async function keywordSpotting(): Promise<void> {
  const float = optimizeTflite(
    dequantizeWeights(read(`${mlperf}/keyword_spotting/trained_models/kws_ref_model_float32.tflite`)),
  );
  const own = read(`${mlperf}/keyword_spotting/trained_models/kws_ref_model.tflite`);
  const taken = Array.from({ length: 100 }, (_, index) => Math.floor((index * keywords.count) / 100));
  const others = Array.from({ length: keywords.count }, (_, index) => index).filter((index) => !taken.includes(index));
  const rows: [string, Graph][] = [
    ['float (weights as floats), our kernels', float],
    ["MLPerf Tiny's own int8 file, our kernels", own],
  ];
  for (const observer of observers) {
    rows.push([`ours int8, ${observer}`, (await quantized(float, part(keywords, taken), observer, {})).graph]);
  }
  rows.push([
    'ours int8, mse, dense weights per channel',
    (await quantized(float, part(keywords, taken), 'mse', { denseWeights: 'per-channel' })).graph,
  ]);
  rows.push([
    'ours int16x8, mse',
    (await quantized(float, part(keywords, taken), 'mse', { activations: 'int16' })).graph,
  ]);
  const { ranges } = await calibrate(float, observedTensors(float), part(keywords, taken), {});
  const started = performance.now();
  const sensitivity = await sensitivityOf(float, ranges, part(keywords, taken));
  const milliseconds = performance.now() - started;
  for (const leastDecibels of [30, 40]) {
    const mix = await mixPrecisions(float, ranges, part(keywords, taken), sensitivity, { leastDecibels });
    const mixed = optimizeTflite(quantizeTflite(float, ranges, mix.options).graph);
    rows.push([`ours int8, ${mix.kept.size} operators kept for ${leastDecibels} dB`, mixed]);
  }
  console.log(
    `\nSensitivity of its operators, SQNR in dB of the outputs with one in integers (8 samples, ${milliseconds.toFixed(0)} ms)`,
  );
  for (const { operator, type, int8Decibels, int16Decibels, share } of sensitivity) {
    const numbers = [int8Decibels, int16Decibels ?? Number.NaN].map((value) => value.toFixed(1).padStart(6));
    console.log(
      `${String(operator).padStart(3)} ${type.padEnd(20)} int8 ${numbers[0]}  int16 ${numbers[1]}  ${(share * 100).toFixed(1).padStart(5)} % of the noise`,
    );
  }
  const files = rows.map(([name, graph], index): [string, string] => {
    const target = path.join(folder, `keywords-${index}.tflite`);
    writeFileSync(target, writeModel(index === 0 ? withSignature(graph) : graph));
    return [index === 0 ? 'float' : name.replace(', our kernels', ''), target];
  });
  accuracy = {
    data: path.join(referenceDirectory, 'data/kws01.npz'),
    calibration: taken,
    models: Object.fromEntries(files),
  };
  console.log('\nKeyword spotting, right of 515 = 100 that calibrate + 415 others; bytes of the file');
  const labelled = (indices: readonly number[]): DataSet => ({
    ...part(keywords, indices),
    ...(keywords.labels === undefined
      ? {}
      : {
          labels: {
            ...keywords.labels,
            values: Float64Array.from(indices, (index) => keywords.labels?.values[index] ?? 0),
          },
        }),
  });
  for (const [name, graph] of rows) {
    const inside = await rightAnswers(graph, labelled(taken));
    const outside = await rightAnswers(graph, labelled(others));
    console.log(
      `${name.padEnd(44)} ${inside + outside} = ${inside} + ${outside}   ${((outside / others.length) * 100).toFixed(2)} % of the others   ${writeModel(graph).byteLength} B`,
    );
  }
}

/** One row of the table of SQNR. */
interface Row {
  readonly model: string;
  readonly samples: string;
  readonly int8: string;
  readonly int8PerChannel: string;
  readonly int16: string;
  readonly converter: string;
  readonly left: string;
}

const decibels = (value: number): string => (Number.isFinite(value) ? value.toFixed(1) : String(value));
const jobs: object[] = [];
let accuracy: object | undefined;

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
  const first = await quantized(graph, part(data, even), 'mse', {});
  if (first.graph === graph || first.graph.operators.every(({ type }) => type === 'DEQUANTIZE')) return undefined;
  const refusals = unsupported(first.graph);
  const wide = await quantized(graph, part(data, even), 'mse', { activations: 'int16' });
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
    model: label,
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
    int8: judge(first.graph) + (refusals.length === 0 ? '' : ' (not deployable)'),
    int8PerChannel: judge((await quantized(graph, part(data, even), 'mse', { denseWeights: 'per-channel' })).graph),
    int16: judge(wide.graph),
    converter: int8 === undefined ? '' : judge(int8),
    left: [
      ...new Set(
        first.findings.filter(({ code }) => code === 'left-in-float').map(({ where }) => where?.split(' ')[2]),
      ),
    ].join(' '),
  };
}

try {
  if (wanted === '') await keywordSpotting();
  console.log(
    '\nSQNR in dB against the float model, on samples that did not calibrate (mse); left: types left in float',
  );
  console.log(
    `${'model'.padEnd(44)} ${['samples', 'int8', 'int8, dense per channel', 'int16x8', "converter's int8"].join('  ')}  left`,
  );
  for (const { file } of referenceModels()) {
    if (!file.endsWith('.tflite') || !existsSync(path.join(models, file)) || !file.includes(wanted)) continue;
    const graph = read(file);
    const floats = graph.operators.filter(({ outputs }) => tensorAt(graph, outputs[0] ?? 0).dtype === 'float32');
    if (floats.length < graph.operators.length / 2 || graph.operators.some(({ domain }) => domain === 'custom'))
      continue;
    const row = await signalToNoise(file);
    if (row === undefined) console.log(`${file.split('/').slice(-1)[0]?.padEnd(44)} nothing to quantise`);
    else
      console.log(
        `${row.model.padEnd(44)} ${row.samples.padEnd(7)}  ${row.int8.padStart(4)}  ${row.int8PerChannel.padStart(22)}  ${row.int16.padStart(7)}  ${row.converter.padStart(16)}  ${row.left}`,
      );
  }
  if (python === undefined) console.log('\nLiteRT and ai-edge-quantizer: skipped, no python given.');
  else {
    const job = path.join(folder, 'jobs.json');
    writeFileSync(job, JSON.stringify({ jobs, ...(accuracy === undefined ? {} : { accuracy }) }));
    const run = spawnSync(python, [path.join('bench', 'quantize-tflite-peer.py'), job], {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    console.log(`\nIn LiteRT: SQNR in dB against the float model there\n${run.stdout}`);
    if (run.status !== 0) console.log(run.stderr.slice(-2000));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
