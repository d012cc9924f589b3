// The whole check on the demonstration's repository: time by stage, start-up, peak memory.
//   npm run build && node scripts/run-ts.mjs bench/check.ts
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeDemoRepository } from '../src/commands/demo-repository.ts';

const cli = path.resolve('dist', 'cli.js');
const directory = mkdtempSync(path.join(tmpdir(), 'edge-ready-bench-'));
const repeats = Number(process.argv[2] ?? 5);

/** Runs the command line; gives wall milliseconds, when each line of progress came, and the peak of resident memory. */
function run(args: readonly string[]) {
  const started = performance.now();
  const { stderr, status } = spawnSync(process.execPath, ['--import', stamp, cli, ...args], {
    cwd: directory,
    encoding: 'utf8',
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
  const model = path.join(directory, 'models', 'digits.tflite');
  const measures = Array.from(
    { length: repeats },
    () => run(['measure', model, '--target', 'generic-cortex-m4', '--json']).milliseconds,
  );
  console.log(`medians of ${repeats} runs, milliseconds of a whole process`);
  console.log(`  edge-ready --version   ${Math.round(median(versions))}`);
  console.log(`  edge-ready measure     ${Math.round(median(measures))}`);
  console.log(`  edge-ready check       ${Math.round(median(checks.map(({ milliseconds }) => milliseconds)))}`);
  const [first] = checks;
  first?.lines.forEach(({ at, text }, index) => {
    const until = first.lines[index + 1]?.at ?? first.milliseconds;
    console.log(`    ${Math.round(at)} to ${Math.round(until)}  ${text}`);
  });
  console.log(
    `  first work of the check begins after ${Math.round(median(checks.map(({ lines }) => lines[0]?.at ?? 0)))}`,
  );
  console.log(
    `  peak memory of the check ${(median(checks.map(({ peakBytes }) => peakBytes)) / 2 ** 20).toFixed(0)} MiB`,
  );
} finally {
  rmSync(directory, { recursive: true, force: true });
}
