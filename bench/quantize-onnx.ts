/**
 * int8 quantisation of float ONNX models, ours against ONNX Runtime's quantize_static:
 * 1. MobileNetV2 for 224 × 224 with 50 samples: time, processor time and peak memory of whole processes in turn, and the signal-to-noise ratio of the scores;
 * 2. signal-to-noise ratios of the outputs over all float reference models (those whose path contains MODEL), for every observer.
 *
 *   node scripts/run-ts.mjs bench/quantize-onnx.ts [PYTHON [REPEATS [speed|noise [MODEL]]]]      PYTHON has onnx and onnxruntime installed; needs /usr/bin/time
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { DataArray } from '../src/data/data-set.ts';
import { writeNpz } from '../src/data/write-npz.ts';
import { writeOnnx } from '../src/formats/onnx/write.ts';
import { loadOnnxRuntime } from '../src/onnx-runtime/load.ts';
import { makeRandom } from '../src/random.ts';
import { mobileNetV2 } from './mobilenet-v2.ts';
import { noise } from './quantize-onnx-noise.ts';

const [python, repeatsGiven = '3', part, wanted] = process.argv.slice(2);
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
  if (part !== 'speed') await noise(python, folder, wanted);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
