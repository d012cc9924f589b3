/**
 * ONNX to a float TensorFlow Lite file: ours beside onnx2tf, each in a process of its own, from the start of the process to the written file.
 *
 *     node scripts/run-ts.mjs bench/lower-peer.ts PYTHON MODEL.onnx...
 *
 * PYTHON is one that has onnx2tf and TensorFlow. Prints wall time and peak resident memory of both, and the ratios.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { readTflite } from '../src/formats/tflite/read.ts';

const [python, ...models] = process.argv.slice(2);
if (python === undefined || models.length === 0) {
  console.log('skipped: needs the path of a python with onnx2tf, and models');
  process.exit(0);
}
const folder = mkdtempSync(path.resolve('node_modules', '.lower-peer-'));
const outputs = mkdtempSync(path.join(tmpdir(), 'lower-peer-'));
const ours = path.join(folder, 'ours.mjs');
await build({
  stdin: {
    contents: `
import { readFileSync, writeFileSync } from 'node:fs';
import { readOnnx } from './src/formats/onnx/read.ts';
import { writeTflite } from './src/formats/tflite/write.ts';
import { inferShapes } from './src/graph/infer-shapes.ts';
import { lowerToTflite } from './src/lower/lower.ts';
import { simplifyOnnx } from './src/passes/simplify.ts';
const [, , from, to] = process.argv;
writeFileSync(to, writeTflite(lowerToTflite(simplifyOnnx(inferShapes(readOnnx(readFileSync(from), from)))).graph));
`,
    resolveDir: process.cwd(),
    loader: 'ts',
  },
  outfile: ours,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  loader: { '.yml': 'text' },
});

/** Runs a command and says how long it took and the most memory that it or its children held. */
const measured = `
import resource, subprocess, sys, time
start = time.perf_counter()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
print(code, time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
`;

interface Run {
  readonly code: number;
  readonly seconds: number;
  readonly mebibytes: number;
}

function run(...command: readonly string[]): Run {
  const { stdout } = spawnSync(python as string, ['-c', measured, ...command], { encoding: 'utf8' });
  const [code = -1, seconds = 0, mebibytes = 0] = stdout.trim().split(' ').map(Number);
  return { code, seconds, mebibytes };
}

const shown = ({ code, seconds, mebibytes }: Run) =>
  code === 0 ? `${seconds.toFixed(2)} s, ${mebibytes.toFixed(0)} MiB` : `failed (${code})`;

const operatorsOf = (file: string | undefined) =>
  file === undefined
    ? ''
    : `${readTflite(readFileSync(file), file).operators.length} operators, ${statSync(file).size} B`;

console.log('| model | ours | onnx2tf | time ratio | memory ratio | ours | onnx2tf |');
console.log('|---|---|---|---|---|---|---|');
for (const original of models) {
  // onnx2tf writes what it simplified over its input.
  const model = path.join(outputs, path.basename(original));
  copyFileSync(original, model);
  const target = path.join(outputs, 'ours.tflite');
  // Once to warm the file cache, then the one that counts.
  run(process.execPath, ours, model, target);
  const own = run(process.execPath, ours, model, target);
  const theirs = path.join(outputs, path.basename(model, '.onnx'));
  const peer = run(python, '-m', 'onnx2tf', '-i', model, '-o', theirs, '-n');
  const file = peer.code === 0 ? readdirSync(theirs).find((name) => name.endsWith('float32.tflite')) : undefined;
  const ratio = (a: number, b: number) => (peer.code === 0 && own.code === 0 ? `${(a / b).toFixed(1)} ×` : '');
  const cells = [
    path.basename(model),
    shown(own),
    shown(peer),
    ratio(peer.seconds, own.seconds),
    ratio(peer.mebibytes, own.mebibytes),
    operatorsOf(own.code === 0 ? target : undefined),
    operatorsOf(file === undefined ? undefined : path.join(theirs, file)),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
rmSync(folder, { recursive: true });
rmSync(outputs, { recursive: true });
