/**
 * int8 quantisation of float ONNX models, ours against ONNX Runtime's quantize_static:
 * 1. MobileNetV2 for 224 × 224 with 50 samples: time, processor time and peak memory of whole processes in turn, and the signal-to-noise ratio of the scores;
 * 2. signal-to-noise ratios of the outputs over all float reference models, for every observer.
 *
 *   node scripts/run-ts.mjs bench/quantize-onnx.ts [PYTHON [REPEATS [speed|noise]]]      PYTHON has onnx and onnxruntime installed; needs /usr/bin/time
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { DataArray } from '../src/data/data-set.ts';
import { folderSource } from '../src/data/folder-source.ts';
import { readDataSet } from '../src/data/read-data-set.ts';
import { writeNpz } from '../src/data/write-npz.ts';
import { readOnnx } from '../src/formats/onnx/read.ts';
import { writeOnnx } from '../src/formats/onnx/write.ts';
import { tensorAt } from '../src/graph/access.ts';
import { loadOnnxRuntime } from '../src/onnx-runtime/load.ts';
import { simplifyOnnx } from '../src/passes/simplify.ts';
import { isQuantized } from '../src/quantize/is-quantized.ts';
import { quantizeOnnx } from '../src/quantize/onnx/quantize-onnx.ts';
import { makeRandom } from '../src/random.ts';
import { mobileNetV2 } from './mobilenet-v2.ts';
import { referenceDirectory, referenceModels } from './reference.ts';

const [python, repeatsGiven = '3', part] = process.argv.slice(2);
const repeats = Number(repeatsGiven);
const samples = 50;
/** Samples after those of calibration, on which outputs are compared. */
const held = 10;
const folder = mkdtempSync(path.resolve('node_modules', '.bench-quantize-'));
const inFolder = (name: string): string => path.join(folder, name);

/** How each of our observers is called by the peer. */
const methods = [
  ['min-max', 'MinMax'],
  ['percentile', 'Percentile'],
  ['entropy', 'Entropy'],
  ['mse', undefined],
] as const;

interface Cost {
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly megabytes: number;
}

/** Runs a program under /usr/bin/time. @throws with what it said when it fails */
function cost(command: string, ...args: readonly string[]): Cost {
  const run = spawnSync('/usr/bin/time', ['-f', '%e %U %S %M', command, ...args], { encoding: 'utf8' });
  const lines = run.stderr.trim().split('\n');
  if (run.status !== 0) throw new Error(lines.at(-2) ?? 'failed');
  const [seconds = 0, user = 0, system = 0, kilobytes = 0] = (lines.at(-1) ?? '').split(' ').map(Number);
  return { seconds, processorSeconds: user + system, megabytes: kilobytes / 1000 };
}

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
const medians = (costs: readonly Cost[]): Cost => ({
  seconds: median(costs.map((each) => each.seconds)),
  processorSeconds: median(costs.map((each) => each.processorSeconds)),
  megabytes: median(costs.map((each) => each.megabytes)),
});

const ours = (model: string, data: string, output: string, observer: string): Cost =>
  cost(process.execPath, inFolder('alone.mjs'), model, data, output, observer, String(samples));
const peers = (model: string, data: string, output: string, method: string): Cost =>
  cost(python ?? '', path.resolve('bench', 'quantize-onnx-peer.py'), model, data, output, method, String(samples));

/** Signal to noise in dB of all outputs of a quantised model on the held-out samples, computed in float from the rounded values. */
async function signalToNoise(
  float: string,
  quantized: string,
  arrays: Readonly<Record<string, DataArray>>,
): Promise<number> {
  const runtime = await loadOnnxRuntime();
  const [wanted, actual] = [await runtime.open(readFileSync(float)), await runtime.open(readFileSync(quantized))];
  let signal = 0;
  let noise = 0;
  for (let sample = samples; sample < samples + held; sample += 1) {
    const feeds = Object.fromEntries(
      Object.entries(arrays).map(([name, { shape, data }]) => {
        const size = data.length / (shape[0] ?? 1);
        const values = Float32Array.from(data.subarray(sample * size, (sample + 1) * size) as Float32Array);
        return [name, { dtype: 'float32', shape: [1, ...shape.slice(1)], data: values } as const];
      }),
    );
    const [expected, got] = [await wanted.run(feeds), await actual.run(feeds)];
    for (const [name, { data }] of Object.entries(expected)) {
      for (let index = 0; index < data.length; index += 1) {
        const value = Number(data[index]);
        signal += value ** 2;
        noise += (value - Number(got[name]?.data[index])) ** 2;
      }
    }
  }
  await wanted.close();
  await actual.close();
  return noise === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(signal / noise);
}

/** Smooth pictures with noise, 0…255. */
function pictures(count: number, channels: number, size: number): DataArray {
  const random = makeRandom(5);
  const data = new Uint8Array(count * channels * size * size);
  let at = 0;
  for (let plane = 0; plane < count * channels; plane += 1) {
    const [base, amplitude, across, down] = [random(256), random(128), random(1000) / 4000, random(1000) / 4000];
    for (let y = 0; y < size; y += 1) {
      for (let x = 0; x < size; x += 1) {
        const value = base + amplitude * Math.sin(across * x + down * y + plane) + random(30) - 15;
        data[at++] = Math.max(0, Math.min(255, value));
      }
    }
  }
  return { dtype: 'uint8', shape: [count, channels, size, size], data };
}

const number = (value: number): string => (Number.isFinite(value) ? value.toFixed(value < 10 ? 2 : 1) : String(value));
const table = (header: readonly string[], rows: readonly (readonly string[])[]): void => {
  for (const row of [header, header.map(() => '---'), ...rows]) console.log(`| ${row.join(' | ')} |`);
};

async function speed(): Promise<void> {
  const [model, data] = [inFolder('mobilenet.onnx'), inFolder('pictures.npz')];
  const arrays = { x: pictures(samples + held, 3, 224) };
  writeFileSync(model, writeOnnx(mobileNetV2()));
  writeFileSync(data, writeNpz(arrays));
  console.log(`MobileNetV2 224 × 224, ${samples} samples, whole processes in turn, medians of ${repeats}`);
  const rows: string[][] = [];
  for (const [observer, method] of methods) {
    const own: Cost[] = [];
    const other: Cost[] = [];
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      own.push(ours(model, data, inFolder('ours.onnx'), observer));
      if (python !== undefined && method !== undefined) other.push(peers(model, data, inFolder('peer.onnx'), method));
    }
    const [a, b] = [medians(own), medians(other)];
    const ratio = (part: keyof Cost): string =>
      other.length === 0 ? number(a[part]) : `${number(a[part])} : ${number(b[part])} (${number(b[part] / a[part])}×)`;
    const noise = [await signalToNoise(model, inFolder('ours.onnx'), arrays)];
    if (other.length > 0) noise.push(await signalToNoise(model, inFolder('peer.onnx'), arrays));
    rows.push([
      observer,
      ratio('seconds'),
      ratio('processorSeconds'),
      ratio('megabytes'),
      noise.map(number).join(' : '),
    ]);
  }
  table(['observer', 'seconds ours : peer', 'processor seconds', 'peak MB', 'SQNR dB'], rows);
}

/** Noise for every input of a model, smooth where it is a picture; `undefined` when an input is no float. */
function noiseFor(file: string): Readonly<Record<string, DataArray>> | undefined {
  const graph = readOnnx(readFileSync(file), file);
  if (isQuantized(graph)) return undefined;
  const random = makeRandom(11);
  const uniform = () => (random(2 ** 24) + 0.5) / 2 ** 24;
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const arrays: Record<string, DataArray> = {};
  for (const id of graph.inputs) {
    const { name, dtype, shape } = tensorAt(graph, id);
    if (dtype !== 'float32' || shape === undefined) return undefined;
    const extents = shape.slice(1).map((extent) => (typeof extent === 'number' && extent > 0 ? extent : 1));
    const size = extents.reduce((product, extent) => product * extent, 1);
    const values = new Float32Array((samples + held) * size);
    for (let sample = 0, at = 0; sample < samples + held; sample += 1) {
      const gain = 0.3 + uniform();
      let last = 0;
      for (let index = 0; index < size; index += 1) {
        last = 0.7 * last + 0.7 * normal();
        values[at++] = gain * last;
      }
    }
    arrays[name] = { dtype: 'float32', shape: [samples + held, ...extents], data: values };
  }
  return arrays;
}

async function noise(): Promise<void> {
  console.log(
    `SQNR in dB of the outputs, ours : quantize_static, ${samples} samples of noise, ${held} others to compare on`,
  );
  table(['model', ...methods.map(([observer]) => observer)], []);
  for (const { file } of referenceModels().filter((entry) => entry.file.endsWith('.onnx'))) {
    const model = path.join(referenceDirectory, 'models', file);
    const row = [path.basename(file)];
    try {
      const arrays = noiseFor(model);
      if (arrays === undefined) continue;
      const data = inFolder('noise.npz');
      writeFileSync(data, writeNpz(arrays));
      const names = methods.flatMap(([, method]) => method ?? []);
      if (python !== undefined) {
        for (const name of names) rmSync(inFolder(`${name}.onnx`), { force: true });
        // One process for all methods: their start takes longer than their work on models of this size.
        peers(model, data, inFolder('METHOD.onnx'), names.join(','));
      }
      const graph = simplifyOnnx(readOnnx(readFileSync(model), model));
      const calibration = await readDataSet('noise.npz', folderSource(folder));
      for (const [observer, method] of methods) {
        const quantized = await quantizeOnnx(graph, calibration, { observer, samples });
        writeFileSync(inFolder('ours.onnx'), writeOnnx(quantized.graph));
        const values = [number(await signalToNoise(model, inFolder('ours.onnx'), arrays))];
        const peer = inFolder(`${method}.onnx`);
        if (python !== undefined && method !== undefined)
          values.push(
            // What it makes of operator sets before 13 is no valid model.
            existsSync(peer) ? await signalToNoise(model, peer, arrays).then(number, () => 'invalid') : 'fails',
          );
        row.push(values.join(' : '));
      }
    } catch (error) {
      row.push(`skipped: ${String(error).slice(0, 80)}`);
    }
    console.log(`| ${row.join(' | ')} |`);
  }
}

// Finds its sources beside itself, so it is not bundled with this.
const { assemblyForEsbuild }: { readonly assemblyForEsbuild: Plugin } = await import(
  pathToFileURL(path.resolve('scripts', 'assembly.mjs')).href
);

try {
  await build({
    entryPoints: { alone: path.resolve('bench', 'quantize-onnx-alone.ts'), worker: path.resolve('src', 'worker.ts') },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['onnxruntime-node', 'onnxruntime-web'],
    loader: { '.yml': 'text' },
    plugins: [assemblyForEsbuild],
    banner: { js: "import{createRequire as __c}from'node:module';const require=__c(import.meta.url);" },
  });
  if (python === undefined) console.log('quantize_static: skipped, no python given');
  if (part !== 'noise') await speed();
  if (part !== 'speed') await noise();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
