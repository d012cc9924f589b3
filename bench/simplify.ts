/**
 * Simplification of every ONNX reference model, ours against onnxslim and onnxsim:
 * operators left (nested graphs included), time in the process (bytes in, bytes out) and of a whole process, and what ONNX Runtime says of our result.
 * Rows are printed and written to docs/benchmarks.md as they come. A model that takes long is repeated less, and a peer that takes too long is ended.
 *
 *   node scripts/run-ts.mjs bench/simplify.ts [PYTHON [REPEATS]]      PYTHON has onnxslim and onnxsim installed
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { readOnnx } from '../src/formats/onnx/read.ts';
import { writeOnnx } from '../src/formats/onnx/write.ts';
import type { Graph } from '../src/graph/graph.ts';
import { nestedGraphs } from '../src/graph/traversal.ts';
import { simplifyOnnx } from '../src/passes/simplify.ts';
import { largestDifference, noiseFeeds, openOnnx, runOnnx } from '../test/support/run-onnx.ts';
import { machine, numbersTable, versionsOf, writeSection } from './page.ts';
import { referenceDirectory, referenceModels } from './reference.ts';

const [python, repeatsGiven = '15'] = process.argv.slice(2);
const repeats = Number(repeatsGiven);
const peers = ['onnxslim', 'onnxsim'] as const;
type Peer = (typeof peers)[number];

const folder = mkdtempSync(path.resolve('node_modules', '.bench-simplify-'));
const files = referenceModels()
  .map(({ file }) => path.join(referenceDirectory, 'models', file))
  .filter((file) => file.endsWith('.onnx') && existsSync(file));

function operatorCount(graph: Graph): number {
  return graph.operators.reduce(
    (total, operator) => total + 1 + nestedGraphs(operator).reduce((sum, nested) => sum + operatorCount(nested), 0),
    0,
  );
}

/** The fastest run: what other work on the machine adds is not the program's. */
function least(values: readonly number[]): number {
  return Math.min(...values);
}

/** Seconds that the runs of one tool on one model take together (the last may exceed them), and after which a peer is ended. */
const [enoughSeconds, mostSeconds] = [1.5, 30];

/** Calls `work` up to so many times, once at least, while there is time and it gives no `false`; what each call took, in milliseconds. */
function timesOf(most: number, work: () => unknown): readonly number[] {
  const times: number[] = [];
  const started = performance.now();
  do {
    const before = performance.now();
    if (work() === false) break;
    times.push(performance.now() - before);
  } while (times.length < most && performance.now() - started < 1000 * enoughSeconds);
  return times;
}

interface PeerResult {
  readonly operators?: number;
  readonly milliseconds?: number;
  readonly process?: number;
  readonly error?: string;
}

/** What a peer makes of all files, by the file's index; empty when it cannot be run. A file that takes the process down or too long is started after again. */
function peerResults(peer: Peer): readonly PeerResult[] {
  if (python === undefined) return [];
  const script = path.resolve('bench', 'simplify-peer.py');
  const results: PeerResult[] = [];
  while (results.length < files.length) {
    const first = results.length;
    const limits = [repeatsGiven, String(enoughSeconds), String(mostSeconds)];
    const run = spawnSync(python, [script, peer, ...limits, folder, String(first), ...files], { encoding: 'utf8' });
    for (const line of run.stdout.split('\n').filter((text) => text.startsWith('{'))) {
      const { index, milliseconds, error } = JSON.parse(line) as {
        readonly index: number;
        readonly milliseconds?: readonly number[];
        readonly error?: string;
      };
      const output = path.join(folder, `${peer}-${index}.onnx`);
      results[index] =
        milliseconds === undefined
          ? { error: `${peer}: ${error ?? 'fails'}` }
          : { milliseconds: least(milliseconds), operators: operatorCount(readOnnx(readFileSync(output), output)) };
    }
    if (results.length === files.length) break;
    if (first === 0 && results.length === 0 && /ModuleNotFoundError/.test(run.stderr)) {
      console.log(`${peer}: skipped, ${run.stderr.trim().split('\n').at(-1)}`);
      return [];
    }
    const isSlow = run.signal === 'SIGALRM';
    results.push({
      error: `${peer}: takes ${isSlow ? `more than ${mostSeconds} s` : `its process down (${run.signal ?? run.status})`}`,
    });
  }
  return results;
}

/** Milliseconds of a whole process of a peer for one file. */
function peerProcess(peer: Peer, file: string): number | undefined {
  if (python === undefined) return undefined;
  const times = timesOf(Math.min(repeats, 3), () => {
    const command = [file, path.join(folder, 'peer.onnx')];
    const options = { timeout: 1000 * mostSeconds, killSignal: 'SIGKILL' } as const;
    return spawnSync(path.join(path.dirname(python), peer), command, options).status === 0;
  });
  return times.length === 0 ? undefined : least(times);
}

/** The largest relative difference of the outputs over two inputs, or why it cannot be had. */
async function difference(before: Uint8Array, after: Uint8Array): Promise<number | string> {
  let original: Awaited<ReturnType<typeof openOnnx>>;
  let expected: Awaited<ReturnType<typeof runOnnx>>[];
  const seeds = [1, 2];
  try {
    original = await openOnnx(before);
    expected = [];
    for (const seed of seeds) expected.push(await runOnnx(original, noiseFeeds(original, seed)));
  } catch {
    return 'original is not run';
  }
  const simple = await openOnnx(after);
  let worst = 0;
  for (const [position, seed] of seeds.entries()) {
    const actual = await runOnnx(simple, noiseFeeds(original, seed));
    worst = Math.max(worst, largestDifference(expected[position] ?? {}, actual));
  }
  return worst;
}

const text = (value: number | undefined): string =>
  value === undefined ? '–' : value < 10 ? value.toFixed(2) : value.toFixed(0);
const times = (peer: number | undefined, ours: number): string =>
  peer === undefined ? '–' : `${(peer / ours).toFixed(1)}×`;

interface Worst {
  /** Most operators that ours leaves more than onnxslim. */
  operators: number;
  /** The least ratios of times. */
  inProcess: number;
  wholeProcess: number;
}

/** Puts on the page what is known so far, where there were peers. */
function writeRows(rows: readonly (readonly (string | number)[])[], notes: readonly string[], worst: Worst): void {
  if (python === undefined) return;
  const told = rows.map((row) => [...row.slice(0, 6), row[8], row[9], row[12], row.at(-1) ?? ''].map(String));
  const more = rows.filter(([, , ours, slim]) => typeof slim === 'number' && Number(ours) > slim).length;
  const text = [
    'Operators left, nested graphs included; milliseconds of ours from bytes to bytes in a running process and of a whole process, each with how many times that onnxslim and onnxsim take;',
    `the largest difference of our outputs in ONNX Runtime relative to the largest magnitude of an output, over two inputs of noise. Times are the fastest of up to ${repeats} runs, of whole processes of up to ${Math.min(repeats, 3)}; no more begins after ${enoughSeconds} s.`,
    '',
    numbersTable(
      ['model', 'before', 'ours', 'onnxslim', 'onnxsim', 'ms', 'slim sim', 'process ms', 'slim sim', 'difference'],
      told,
    ),
    '',
    ...(rows.length < files.length ? [`Not measured yet: ${files.length - rows.length} models.`] : []),
    `More operators left than by onnxslim: ${more} of ${rows.length}. The least ratio is ${worst.inProcess.toFixed(1)} in the process and ${worst.wholeProcess.toFixed(1)} of whole processes.${notes.length === 0 ? '' : ` No number: ${notes.join('; ')}.`}`,
    '',
    `Compared with ${versionsOf(python, peers)}; ${machine()}.`,
  ];
  writeSection('simplify', text.join('\n'));
}

try {
  const alone = path.join(folder, 'alone.mjs');
  await build({
    entryPoints: [path.resolve('bench', 'simplify-alone.ts')],
    outfile: alone,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    loader: { '.yml': 'text' },
  });
  const [slim, sim] = peers.map(peerResults);
  const rows: (readonly (string | number)[])[] = [];
  const notes: string[] = [];
  const worst: Worst = { operators: 0, inProcess: Number.POSITIVE_INFINITY, wholeProcess: Number.POSITIVE_INFINITY };
  console.log(
    `operators, and milliseconds (the fastest of up to ${repeats} runs); in: bytes in, bytes out, in a running process; all: a process from start to end (the fastest of up to 3)`,
  );
  console.log(
    '| model | operators before | ours | onnxslim | onnxsim | in: ours | onnxslim | onnxsim | ratios | all: ours | onnxslim | onnxsim | ratios | max difference |',
  );
  console.log(`|${' --- |'.repeat(14)}`);
  for (const [index, file] of files.entries()) {
    const bytes = readFileSync(file);
    const simplify = (): Uint8Array => writeOnnx(simplifyOnnx(readOnnx(bytes, file)));
    const milliseconds = least(timesOf(repeats, simplify));
    const simple = simplify();
    writeFileSync(path.join(folder, `ours-${index}.onnx`), simple);
    const ours = operatorCount(readOnnx(simple, file));
    const wholeProcess = least(
      timesOf(Math.min(repeats, 3), () => {
        spawnSync(process.execPath, [alone, file, path.join(folder, 'ours.onnx')]);
      }),
    );
    const [slimOne, simOne] = [slim?.[index] ?? {}, sim?.[index] ?? {}];
    const whole = peers.map((peer) => peerProcess(peer, file));
    if (slimOne.operators !== undefined) worst.operators = Math.max(worst.operators, ours - slimOne.operators);
    for (const each of [slimOne, simOne]) {
      worst.inProcess = Math.min(worst.inProcess, (each.milliseconds ?? Number.POSITIVE_INFINITY) / milliseconds);
      if (each.error !== undefined) notes.push(`${path.basename(file)}: ${each.error}`);
    }
    for (const each of whole)
      worst.wholeProcess = Math.min(worst.wholeProcess, (each ?? Number.POSITIVE_INFINITY) / wholeProcess);
    const far = await difference(bytes, simple).catch((error: unknown) => `FAILS: ${String(error).slice(0, 200)}`);
    rows.push([
      path.basename(file),
      operatorCount(readOnnx(bytes, file)),
      ours,
      slimOne.operators ?? '–',
      simOne.operators ?? '–',
      text(milliseconds),
      text(slimOne.milliseconds),
      text(simOne.milliseconds),
      `${times(slimOne.milliseconds, milliseconds)} ${times(simOne.milliseconds, milliseconds)}`,
      text(wholeProcess),
      text(whole[0]),
      text(whole[1]),
      `${times(whole[0], wholeProcess)} ${times(whole[1], wholeProcess)}`,
      typeof far === 'string' ? far : far.toExponential(1),
    ]);
    console.log(`| ${rows.at(-1)?.join(' | ')} |`);
    writeRows(rows, notes, worst);
  }
  if (python === undefined) console.log('onnxslim and onnxsim: skipped, no python given');
  else {
    console.log(
      `operators more than onnxslim at most: ${worst.operators}; least ratio in the process ${worst.inProcess.toFixed(1)}, of the whole process ${worst.wholeProcess.toFixed(1)}`,
    );
  }
  for (const note of notes) console.log(note);
} finally {
  if (process.env.KEEP === undefined) rmSync(folder, { recursive: true, force: true });
  else console.log(folder);
}
