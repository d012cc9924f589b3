/**
 * ONNX to an int8 TensorFlow Lite file with 50 samples: `edge-ready optimize` beside onnx2tf (`-oiqt`), each a process of its own, in turn, on the same samples; wall time, the time of all
 * processors and peak memory, medians. Ours twice: the conversion alone, ranges by min-max as TensorFlow's converter finds them, and with the recipe `int8`, which chooses the observer and pulls
 * levers of accuracy. It also lays out the arena and estimates the target's times; onnx2tf writes float and several integer files, which it cannot be kept from.
 *
 *   node scripts/run-ts.mjs bench/optimise-tflite.ts [PYTHON [REPEATS [MODEL]]]      PYTHON has onnx2tf and what it imports installed; needs /usr/bin/time
 *
 * onnx2tf fetches a file of pictures that it tries models with; put beside the command as `calibration_image_sample_data_20x128x128x3_float32.npy`, it is not fetched.
 */
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { makeRandom } from '../src/basics/random.ts';
import type { DataArray } from '../src/data/data-set.ts';
import { writeNpy, writeNpz } from '../src/data/write-npz.ts';
import { readOnnx } from '../src/formats/onnx/read.ts';
import { writeOnnx } from '../src/formats/onnx/write.ts';
import { readTflite } from '../src/formats/tflite/read.ts';
import { tensorAt } from '../src/graph/access.ts';
import { bundleInto } from './bundle.ts';
import { mobileNetV2 } from './mobilenet-v2.ts';
import { machine, numbersTable, versionsOf, writeSection } from './page.ts';
import { type Cost, compared, cost, medians } from './process-cost.ts';
import { referenceDirectory } from './reference.ts';

const [python, repeatsGiven = '3', wanted = ''] = process.argv.slice(2);
const samples = 50;
const tiny = 'mlcommons+tiny_results_v0.7/open/Alibaba/code';
const models = [
  ['visual wake words', `${tiny}/vww/sinian/vww_model/model_vww.onnx`],
  ['image classification', `${tiny}/ic/sinian/ic_model/model_ic.onnx`],
  ['keyword spotting', `${tiny}/kws/sinian/kws_model/model_kws.onnx`],
  ['anomaly detection', `${tiny}/ad/sinian/ad_model/model_ad.onnx`],
  ['MobileNetV2, 224 × 224', undefined],
] as const;

const folder = mkdtempSync(path.resolve('node_modules', '.bench-optimise-'));
const inFolder = (name: string): string => path.join(folder, name);

/** Uniform noise of 0…1. */
function noise(...shape: readonly number[]): DataArray & { readonly data: Float32Array } {
  const random = makeRandom(3);
  const elements = shape.reduce((product, extent) => product * extent, 1);
  return { dtype: 'float32', shape, data: Float32Array.from({ length: elements }, () => random(1 << 20) / (1 << 20)) };
}

/** Pictures with the channels last, as onnx2tf wants its samples; others as they are. */
function channelsLast(given: DataArray & { readonly data: Float32Array }): DataArray {
  const [count = 0, channels = 1, height = 1, width = 1] = given.shape;
  if (given.shape.length !== 4) return given;
  const data = new Float32Array(given.data.length);
  let at = 0;
  for (let sample = 0; sample < count; sample += 1) {
    for (let pixel = 0; pixel < height * width; pixel += 1) {
      for (let channel = 0; channel < channels; channel += 1) {
        data[at++] = given.data[(sample * channels + channel) * height * width + pixel] ?? 0;
      }
    }
  }
  return { dtype: 'float32', shape: [count, height, width, channels], data };
}

/** The peer on a copy: it writes what it simplified over its input. */
function peer(model: string, input: string, rank: number): Cost {
  const [copy, output] = [inFolder('copy.onnx'), inFolder('onnx2tf')];
  copyFileSync(model, copy);
  rmSync(output, { recursive: true, force: true });
  const one = `${'['.repeat(rank)}1${']'.repeat(rank)}`;
  const calibration = ['-cind', input, inFolder('samples.npy'), one.replace('1', '0'), one];
  return cost(python ?? '', '-m', 'onnx2tf', '-i', copy, '-o', output, '-oiqt', ...calibration, '-b', '1', '-n');
}

/** What of ours is timed: as little as the peer does, and what users get. */
const recipes = [
  ['alone', 'int8+levers=none+observer=min-max'],
  ['with levers', 'int8'],
] as const;

const operatorsOf = (file: string): string =>
  `${readTflite(readFileSync(file), file).operators.length}, ${(statSync(file).size / 1000).toFixed(0)} kB`;

try {
  await bundleInto(folder, { cli: path.resolve('src', 'cli.ts') });
  writeFileSync(inFolder('calibration_image_sample_data_20x128x128x3_float32.npy'), writeNpy(noise(20, 128, 128, 3)));
  // The peer looks for it where it is started.
  process.chdir(folder);
  const rows: string[][] = [];
  const notes: string[] = [];
  /** Of each recipe: models, and those of them that reach the goal. */
  const reached = recipes.map(() => ({ all: 0, time: 0, memory: 0 }));
  for (const [name, reference] of models.filter(([each]) => each.includes(wanted))) {
    const model = inFolder('model.onnx');
    const source = reference && path.join(referenceDirectory, 'models', reference);
    if (source !== undefined && !existsSync(source)) {
      notes.push(`${name}: skipped, ${source} is missing.`);
      continue;
    }
    const graph = source === undefined ? mobileNetV2() : readOnnx(readFileSync(source), source);
    const [id = -1] = graph.inputs;
    const input = { ...tensorAt(graph, id), name: 'input' };
    // onnx2tf does not find samples of inputs with colons in their names.
    writeFileSync(model, writeOnnx({ ...graph, tensors: graph.tensors.with(id, input) }));
    const extents = (input.shape ?? []).slice(1).map(Number);
    const data = noise(samples, ...extents);
    writeFileSync(inFolder('samples.npz'), writeNpz({ x: data }));
    writeFileSync(inFolder('samples.npy'), writeNpy(channelsLast(data)));
    const own = recipes.map((): Cost[] => []);
    const other: Cost[] = [];
    let runs = python === undefined ? 0 : Number(repeatsGiven);
    for (let repeat = 0; repeat < Number(repeatsGiven); repeat += 1) {
      for (const [index, [, recipe]] of recipes.entries()) {
        const options = ['--target', 'generic-cortex-m4', '--recipe', recipe, '--calibration', 'samples.npz'];
        const output = ['--output', `ours-${index}.tflite`];
        own[index]?.push(cost(process.execPath, 'cli.js', 'optimize', model, ...options, ...output));
      }
      if (repeat >= runs) continue;
      try {
        other.push(peer(model, input.name, extents.length + 1));
      } catch (error) {
        runs = 0;
        notes.push(`${name}: onnx2tf fails: ${error instanceof Error ? error.message.slice(0, 300) : ''}`);
      }
    }
    const b = other.length === 0 ? undefined : medians(other);
    const theirs = b && readdirSync('onnx2tf').find((file) => file.endsWith('_full_integer_quant.tflite'));
    for (const [index, [what]] of recipes.entries()) {
      const a = medians(own[index] ?? []);
      const count = reached[index];
      if (count !== undefined && b !== undefined) {
        count.all += 1;
        if (b.processorSeconds >= 10 * a.processorSeconds) count.time += 1;
        if (a.megabytes < 300) count.memory += 1;
      }
      rows.push([
        name,
        what,
        compared(a, b, 'seconds'),
        compared(a, b, 'processorSeconds'),
        compared(a, b, 'megabytes'),
        operatorsOf(`ours-${index}.tflite`),
        theirs === undefined ? '–' : operatorsOf(path.join('onnx2tf', theirs)),
      ]);
      console.log(rows.at(-1)?.join(' | '));
    }
  }
  process.chdir(path.resolve(folder, '..', '..'));
  const header = ['model', 'ours', 'seconds', 'processor seconds', 'peak MB', 'operators, size: ours', "onnx2tf's"];
  const text = [
    `Whole processes in turn, medians of ${repeatsGiven}, ours : onnx2tf's (how many times ours); ${samples} samples of noise, threads as each tool starts them. Ours is \`edge-ready optimize\`, which also lays out the arena and estimates the target's times: "alone" with the recipe \`${recipes[0][1]}\`, which does no more than the peer, "with levers" with \`int8\`. onnx2tf's \`-oiqt\` also writes float files and other integers.`,
    numbersTable(header, rows),
    ...notes,
    `${python === undefined ? 'onnx2tf: skipped, no python given' : versionsOf(python, ['onnx2tf', 'tensorflow-cpu', 'onnx'])}; ${machine()}.`,
    `The goal is ten times less time and under 300 MB: ${recipes.map(([what], index) => `${what}, ${reached[index]?.time} of ${reached[index]?.all} models reach the time (of all processors) and ${reached[index]?.memory} the memory`).join('; ')}.`,
  ].join('\n\n');
  console.log(text);
  if (wanted === '' && python !== undefined) writeSection('optimise-tflite', text);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
