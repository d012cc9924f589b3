// Mutated files of every format through the whole gate: a result or a clear refusal, within limits on time and memory, never another exception.
//   npm run fuzz -- --cases 1000 --seed 1 [--format onnx,tflite] [--seconds 60] [--models FOLDER]
// `--seconds` is for all formats together, `--models` has further .onnx and .tflite files to start from. Prints what came of each format.
// A crash is kept in test/fuzz/regressions, where `npm test` runs it from then on. Cases run in processes of their own, so that one that
// hangs or runs out of memory is found too.
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fuzzers, type MoreSeeds } from '../test/fuzz/formats/all.ts';
import { caseLimits, caseOf, outcomeOf } from '../test/fuzz/fuzzer.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    format: { type: 'string' },
    seconds: { type: 'string', default: '1000000' },
    models: { type: 'string' },
    from: { type: 'string', default: '0' },
    child: { type: 'boolean', default: false },
  },
});
const cases = Number(values.cases);
const seed = Number(values.seed);
const formats = (values.format ?? Object.keys(fuzzers).join(',')).split(',');
const unknown = formats.find((format) => !Object.hasOwn(fuzzers, format));
if (unknown !== undefined) throw new Error(`no format ${unknown}; there are ${Object.keys(fuzzers).join(', ')}`);

/** A case may wait this long for the processor before its process is taken for hung. */
const stalledMs = 180_000;

/** Bugs whose stacks were seen already are counted but not kept again. */
const seen = new Set<string>();
/** Kept of a format in one run; a defect that shows everywhere needs no more. */
const mostKept = 12;

interface Message {
  readonly index: number;
  readonly how: string;
  readonly cpuMs: number;
  readonly residentBytes: number;
  readonly error?: string;
}

interface Tally {
  readonly hows: Map<string, number>;
  bugs: number;
  cases: number;
  slowestMs: number;
  residentBytes: number;
}

if (values.child) await runCases(formats[0] ?? '');
else await runAll();

/** In a process of its own: cases from `--from`, each told to the parent before and after. */
async function runCases(format: string): Promise<void> {
  const fuzzer = fuzzers[format]?.(moreSeeds());
  if (fuzzer === undefined) return;
  const tell = (message: Message | number | 'done') =>
    new Promise<void>((done) => process.send?.(message, () => done()));
  for (let index = Number(values.from); index < cases; index++) {
    void tell(index);
    const outcome = await outcomeOf(fuzzer, caseOf(fuzzer, seed, index));
    const residentBytes = process.resourceUsage().maxRSS * 1024;
    const { cpuMs } = outcome;
    if (outcome.kind === 'fine') void tell({ index, how: outcome.how, cpuMs, residentBytes });
    else void tell({ index, how: 'bug', cpuMs, residentBytes, error: textOf(outcome.error) });
    // What was told has to leave now and then.
    if (index % 20 === 19) await new Promise((done) => setImmediate(done));
  }
  // Messages may still be on their way when a process ends; it waits until the parent has seen the last.
  process.once('message', () => process.disconnect?.());
  void tell('done');
}

async function runAll(): Promise<void> {
  console.log(
    `seed ${seed}, up to ${cases} cases a format${values.models === undefined ? '' : ', with further models'}`,
  );
  console.log('format         cases  accepted   refused  crashes   slowest    memory  how far the accepted came');
  let bugs = 0;
  for (const format of formats) {
    const tally: Tally = { hows: new Map(), bugs: 0, cases: 0, slowestMs: 0, residentBytes: 0 };
    const until = Date.now() + (Number(values.seconds) * 1000) / formats.length;
    for (let from = 0; from < cases; ) from = await runChild(format, from, until, tally);
    bugs += tally.bugs;
    const refused = tally.hows.get('refused') ?? 0;
    const accepted = [...tally.hows].filter(([how]) => how !== 'refused' && how !== 'bug');
    const columns = [
      format.padEnd(11),
      String(tally.cases).padStart(8),
      String(accepted.reduce((sum, [, times]) => sum + times, 0)).padStart(9),
      String(refused).padStart(9),
      String(tally.bugs).padStart(8),
      `${Math.round(tally.slowestMs)} ms`.padStart(9),
      `${Math.round(tally.residentBytes / 2 ** 20)} MiB`.padStart(9),
      ` ${accepted.map(([how, times]) => `${how} ${times}`).join(', ')}`,
    ];
    console.log(columns.join(' '));
  }
  process.exitCode = bugs > 0 ? 1 : 0;
}

/** Runs cases in one process until they are done, time is up, or one takes the process with it. Gives the case to go on with. */
function runChild(format: string, from: number, until: number, tally: Tally): Promise<number> {
  const passed = [
    '--child',
    '--format',
    format,
    '--from',
    String(from),
    '--cases',
    String(cases),
    '--seed',
    String(seed),
  ];
  const models = values.models === undefined ? [] : ['--models', values.models];
  const child = fork(fileURLToPath(import.meta.url), [...passed, ...models], {
    execArgv: ['--max-old-space-size=2048', '--enable-source-maps'],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  return new Promise((finish) => {
    let running = from;
    let done = from;
    let stderr = '';
    let isOver = false;
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr = `${stderr}${chunk}`.slice(-4000);
    });
    const hung = () => child.kill('SIGKILL');
    let watch = setTimeout(hung, stalledMs);
    child.on('message', (message: Message | number | 'done') => {
      if (isOver) return;
      clearTimeout(watch);
      watch = setTimeout(hung, stalledMs);
      if (message === 'done') {
        child.send('seen');
        return;
      }
      if (typeof message === 'number') {
        running = message;
        return;
      }
      done = message.index + 1;
      count(format, message, tally);
      if (Date.now() > until) {
        isOver = true;
        child.kill('SIGKILL');
      }
    });
    child.on('exit', (code, signal) => {
      clearTimeout(watch);
      if (isOver || done >= cases) return finish(cases);
      const error = `the process ended (${signal ?? code}): ${stderr.trim() || 'it took too long'}`;
      count(format, { index: running, how: 'bug', cpuMs: 0, residentBytes: 0, error }, tally);
      finish(running + 1);
    });
  });
}

function count(format: string, { index, how, cpuMs, residentBytes, error }: Message, tally: Tally): void {
  const memory = residentBytes > caseLimits.residentBytes && tally.residentBytes <= caseLimits.residentBytes;
  const excess =
    cpuMs > caseLimits.cpuMs
      ? `it took ${Math.round(cpuMs)} ms`
      : memory
        ? `it took ${residentBytes} bytes`
        : undefined;
  tally.cases++;
  tally.hows.set(how, (tally.hows.get(how) ?? 0) + 1);
  tally.slowestMs = Math.max(tally.slowestMs, cpuMs);
  tally.residentBytes = Math.max(tally.residentBytes, residentBytes);
  const why = error ?? excess;
  if (why === undefined) return;
  tally.bugs++;
  keep(format, index, why);
}

function keep(format: string, index: number, why: string): void {
  const lines = why.replace(/\d+/g, '0').split('\n');
  const thrown = lines.filter((line) => line.startsWith('    at ')).slice(0, 2);
  const place = `${format} ${[lines[0]?.slice(0, 70), ...thrown].join('\n')}`;
  if (seen.has(place) || [...seen].filter((each) => each.startsWith(`${format} `)).length >= mostKept) return;
  seen.add(place);
  const fuzzer = fuzzers[format]?.(moreSeeds());
  if (fuzzer === undefined) return;
  const bytes = caseOf(fuzzer, seed, index);
  const folder = path.resolve('test/fuzz/regressions');
  mkdirSync(folder, { recursive: true });
  const name = `${format}-${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}.${fuzzer.extension}`;
  writeFileSync(path.join(folder, name), bytes);
  console.log(`${format} case ${index}: ${name}: ${why.slice(0, 600).split('\n').slice(0, 6).join('\n')}`);
}

function moreSeeds(): MoreSeeds {
  const folder = values.models;
  if (folder === undefined) return {};
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  const read = (extension: string) =>
    files
      .filter((file) => file.endsWith(extension))
      .map((file) => new Uint8Array(readFileSync(file)))
      .filter(({ length }) => length < 2 ** 16);
  return { onnx: read('.onnx'), tflite: read('.tflite') };
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
