/**
 * int8 quantisation of float ONNX models, ours against ONNX Runtime's quantize_static:
 * 1. MobileNetV2 for 224 × 224 with 50 samples: time, processor time and peak memory of whole processes in turn, and the signal-to-noise ratio of the scores;
 * 2. signal-to-noise ratios of the outputs over all float reference models (those whose path contains MODEL and whose row this commit has not written; the others' rows stay on the page), for every observer.
 * Rows are written to docs/benchmarks.md as they come; what takes too long is told in its row.
 *
 *   node scripts/run-ts.mjs bench/quantize-onnx.ts [PYTHON [REPEATS [speed|noise [MODEL]]]]      PYTHON has onnx and onnxruntime installed; needs /usr/bin/time
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { makeRandom } from '../src/basics/random.ts';
import type { DataArray } from '../src/data/data-set.ts';
import { writeNpz } from '../src/data/write-npz.ts';
import { writeOnnx } from '../src/formats/onnx/write.ts';
import { loadOnnxRuntime } from '../src/onnx-runtime/load.ts';
import { bundleInto } from './bundle.ts';
import { mobileNetV2 } from './mobilenet-v2.ts';
import { machine, numbersTable, versionsOf, writeSection } from './page.ts';
import { type Cost, compared, cost, costWithin, medians, number } from './process-cost.ts';
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

type Command = readonly [command: string, ...args: string[]];
const ours = (model: string, data: string, output: string, observer: string): Command => [
  process.execPath,
  ...[inFolder('alone.js'), model, data, output, observer, String(samples)],
];
const peers = (model: string, data: string, output: string, method: string): Command => [
  python ?? '',
  ...[path.resolve('bench', 'quantize-onnx-peer.py'), model, data, output, method, String(samples)],
];

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

/** Seconds that one run of a tool may take, and seconds after which a row is not repeated. */
const [mostSeconds, enoughSeconds] = [90, 60];

async function speed(): Promise<void> {
  const [model, data] = [inFolder('mobilenet.onnx'), inFolder('pictures.npz')];
  const arrays = { x: pictures(samples + held, 3, 224) };
  writeFileSync(model, writeOnnx(mobileNetV2()));
  writeFileSync(data, writeNpz(arrays));
  const opened = cost(process.execPath, inFolder('alone.js'), model, data, '', '', '0');
  const rows: string[][] = [];
  for (const [observer, method] of methods) {
    rows.push(await speedRow(observer, method, [model, data], arrays));
    console.log(rows.at(-1)?.join(' | '));
    writeSpeed(opened, rows, []);
  }
  const growth: string[][] = [];
  const [small, many] = [inFolder('small.onnx'), inFolder('many.npz')];
  writeFileSync(small, writeOnnx(mobileNetV2(96)));
  const { shape, data: bytes } = pictures(1000, 3, 96);
  writeFileSync(many, writeNpz({ x: { dtype: 'float32', shape, data: Float32Array.from(bytes as Uint8Array) } }));
  // What calibration takes with so many samples of one file.
  for (const count of [10, 100, 1000]) {
    const found = costWithin(
      mostSeconds,
      ...[process.execPath, inFolder('alone.js'), small, many, inFolder('small-int8.onnx'), 'mse', String(count)],
    );
    growth.push([
      String(count),
      ...(found === undefined ? [`> ${mostSeconds}`, ''] : [number(found.seconds), number(found.megabytes)]),
    ]);
    console.log(growth.at(-1)?.join(' | '));
    writeSpeed(opened, rows, growth);
  }
}

/** Ours and the peer in turn, as often as was asked for and there is time. */
async function speedRow(
  observer: string,
  method: string | undefined,
  [model, data]: readonly [string, string],
  arrays: Readonly<Record<string, DataArray>>,
): Promise<string[]> {
  const own: Cost[] = [];
  const other: Cost[] = [];
  const started = performance.now();
  let isSlow = python === undefined || method === undefined;
  while (own.length < repeats && (own.length === 0 || performance.now() - started < enoughSeconds * 1000)) {
    own.push(cost(...ours(model, data, inFolder('ours.onnx'), observer)));
    if (isSlow || method === undefined) continue;
    const found = costWithin(mostSeconds, ...peers(model, data, inFolder('peer.onnx'), method));
    if (found === undefined) isSlow = true;
    else other.push(found);
  }
  const [a, b] = [medians(own), other.length === 0 ? undefined : medians(other)];
  const noise = [await signalToNoise(model, inFolder('ours.onnx'), arrays)];
  if (b !== undefined) noise.push(await signalToNoise(model, inFolder('peer.onnx'), arrays));
  const isAtLeast = b === undefined && method !== undefined && python !== undefined;
  return [
    observer,
    String(own.length),
    isAtLeast
      ? `${number(a.seconds)} : > ${mostSeconds} (> ${number(mostSeconds / a.seconds)}×)`
      : compared(a, b, 'seconds'),
    compared(a, b, 'processorSeconds'),
    compared(a, b, 'megabytes'),
    noise.map(number).join(' : '),
  ];
}

/** Puts on the page what is known so far, where there was a peer. */
function writeSpeed(opened: Cost, rows: readonly (readonly string[])[], growth: readonly (readonly string[])[]): void {
  if (python === undefined) return;
  const text = [
    `MobileNetV2 for 224 × 224, ${samples} samples; whole processes in turn, medians of so many runs, ours : \`quantize_static\`'s (how many times ours). Threads are each tool's default: ours two of ONNX Runtime, the peer's as many as there are cores. A run ends after ${mostSeconds} s.`,
    numbersTable(['observer', 'runs', 'seconds', 'processor seconds', 'peak MB', 'SQNR dB'], rows),
    `${versionsOf(python, ['onnxruntime', 'onnx', 'numpy'])}; ${machine()}, other work on it (one minute's load ${os.loadavg()[0]?.toFixed(0)}).`,
    `The goal is 3 times less time and half the memory with min-max, 10 times less and a tenth with the histogram methods. Of the memory, the process of Node with ONNX Runtime takes ${number(opened.megabytes)} MB once it has opened this model, before anything is calibrated.`,
    ...(growth.length === 0
      ? []
      : [
          'Memory does not grow with the samples: peak MB of the process that calibrates (`mse`) on so many of the same 1,000 pictures of 96 × 96 in floats, an `.npz` of 111 MB.',
          numbersTable(['samples', 'seconds', 'peak MB'], growth),
        ]),
  ];
  writeSection('quantize-onnx-speed', text.join('\n\n'));
}

try {
  await bundleInto(folder, {
    alone: path.resolve('bench', 'quantize-onnx-alone.ts'),
    row: path.resolve('bench', 'quantize-onnx-noise-row.ts'),
  });
  if (python === undefined) console.log('quantize_static: skipped, no python given');
  if (part !== 'noise') await speed();
  if (part !== 'speed') noise(python, folder, inFolder('row.js'), wanted);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
