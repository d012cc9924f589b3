// The whole check on the demonstration's repository: time by stage, start-up, peak memory.
//   npm run build && node scripts/run-ts.mjs bench/check.ts
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeDemoRepository } from '../src/commands/demo-repository.ts';
import { machine, numbersTable, writeSection } from './page.ts';

const cli = path.resolve('dist', 'cli.js');
const directory = mkdtempSync(path.join(tmpdir(), 'edge-ready-bench-'));
const repeats = Number(process.argv[2] ?? 5);

/** Runs the command line; gives wall milliseconds, when each line of progress came, and the peak of resident memory. */
function run(args: readonly string[]) {
  const started = performance.now();
  const { stderr, status } = spawnSync(process.execPath, ['--import', stamp, cli, ...args], {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, EDGE_READY_CACHE: path.join(directory, '.git', 'measured') },
  });
  const milliseconds = performance.now() - started;
  const peakBytes = Number(/^peak (\d+)$/m.exec(stderr)?.[1] ?? 0) * 1024;
  const lines = [...stderr.matchAll(/^@(\d+) (.*)$/gm)].map(([, at, text]) => ({
    at: Number(at) - epoch(started),
    text: text ?? '',
  }));
  return { milliseconds, peakBytes, lines, status };
}

const epoch = (started: number) => performance.timeOrigin + started;

/** Stamps every line on stderr with the time, and tells the peak of resident memory at the end. */
const stamp = `data:text/javascript,${encodeURIComponent(`
  const write = process.stderr.write.bind(process.stderr);
  process.stderr.write = (text) => write('@' + Math.round(performance.timeOrigin + performance.now()) + ' ' + text);
  process.on('exit', () => write('peak ' + process.resourceUsage().maxRSS + '\\n'));
`)}`;

const median = (values: readonly number[]) =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;

try {
  makeDemoRepository(directory);
  const versions = Array.from({ length: repeats }, () => run(['--version']).milliseconds);
  const checks = Array.from({ length: repeats }, () =>
    run(['check', '--base', 'main', '--head', 'pull-request', '--format', 'json']),
  );
  const model = path.join(directory, 'models', 'wake.tflite');
  const measures = Array.from({ length: repeats }, () => {
    const { milliseconds, status } = run(['measure', model, '--target', 'generic-cortex-m4', '--json']);
    if (status !== 0) throw new Error(`measure ended with ${status}`);
    return milliseconds;
  });
  const [first, ...others] = checks;
  const again = others.length === 0 ? checks : others;
  const row = (what: string, milliseconds: number) => [what, Math.round(milliseconds).toString()];
  const rows = [
    row('`edge-ready --version`', median(versions)),
    row('`edge-ready measure` of a fixture', median(measures)),
    row('`edge-ready check`, nothing known from before', first?.milliseconds ?? 0),
    row('`edge-ready check` again', median(again.map(({ milliseconds }) => milliseconds))),
    row('until its first line of work', median(again.map(({ lines }) => lines[0]?.at ?? 0))),
  ];
  const peak = (median(checks.map(({ peakBytes }) => peakBytes)) / 2 ** 20).toFixed(0);
  const text = [
    `The demonstration's pull request: four comparisons on three targets and a schedule, of which one model fails and gets recipes proposed. Whole processes, medians of ${repeats}; the check takes ${peak} MiB.`,
    numbersTable(['', 'ms'], rows),
    `${machine()}.`,
  ].join('\n\n');
  console.log(text);
  writeSection('check', text);
  first?.lines.forEach(({ at, text: line }, index) => {
    const until = first.lines[index + 1]?.at ?? first.milliseconds;
    console.log(`    ${Math.round(at)} to ${Math.round(until)}  ${line}`);
  });
} finally {
  rmSync(directory, { recursive: true, force: true });
}
