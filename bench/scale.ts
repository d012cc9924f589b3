// Time and peak memory of a pull request that changes so many models, measured for the first time and again; and what a leg for each target costs against one for all.
//   npm run build && node scripts/run-ts.mjs bench/scale.ts [numbers of models, such as 1,10,50,100,200] [targets]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { commit, type Files, git } from '../test/support/git-repository.ts';

const counts = (process.argv[2] ?? '1,10,50,100,200').split(',').map(Number);
const targets = (process.argv[3] ?? 'nucleo-l4r5zi,arduino-nano-33-ble').split(',');
const cli = path.resolve('dist', 'cli.js');
const tellPeak = `data:text/javascript,${encodeURIComponent(`
  process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS + '\\n'));
`)}`;

interface Run {
  readonly seconds: number;
  readonly mebibytes: number;
}

/** Models that differ in bytes: what follows the FlatBuffer is read by nobody. */
function models(fixture: string, count: number): Files {
  const bytes = readFileSync(`fixtures/digits/${fixture}/digits-int8.tflite`);
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const mark = Buffer.alloc(16);
      mark.writeUInt32LE(index + 1);
      return [`models/${index}.tflite`, { bytes: Buffer.concat([bytes, mark]) }];
    }),
  );
}

function check(directory: string, cache: string, wanted: readonly string[]): Run {
  const args = ['--import', tellPeak, cli, 'check', '--base', 'main', '--format', 'json', '--target', ...wanted];
  const started = performance.now();
  const { stderr, status } = spawnSync(process.execPath, args, {
    cwd: directory,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    env: { ...process.env, EDGE_READY_CACHE: cache },
  });
  if (status === 2 || status === null) throw new Error(stderr.slice(-2000));
  const kibibytes = Number(/^peak (\d+)$/m.exec(stderr)?.[1] ?? 0);
  return { seconds: (performance.now() - started) / 1000, mebibytes: kibibytes / 1024 };
}

/** Least squares of y = a + b·x; the worst deviation as a share of what it predicts. */
function lineThrough(points: readonly (readonly [number, number])[]) {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(points.map(([at]) => at));
  const y = mean(points.map(([, value]) => value));
  const slope =
    points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0) /
    points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
  const at = (models: number) => y + slope * (models - x);
  return { slope, start: at(0), worst: Math.max(...points.map(([n, value]) => Math.abs(value - at(n)) / at(n))) };
}

const rows: { readonly count: number; readonly cold: Run; readonly warm: Run; readonly legs: number }[] = [];
for (const count of counts) {
  const directory = mkdtempSync(path.join(tmpdir(), 'edge-ready-scale-'));
  try {
    const cache = (name: string) => path.join(directory, '.git', `cache-${name}`);
    git(directory, 'init', '--quiet', '--initial-branch=main');
    commit(directory, 'base', models('base', count));
    git(directory, 'checkout', '--quiet', '-b', 'change');
    commit(directory, 'head', models('wider', count));
    const cold = check(directory, cache('all'), targets);
    const warm = check(directory, cache('all'), targets);
    const legs = targets.map((target) => check(directory, cache(target), [target]).seconds);
    rows.push({ count, cold, warm, legs: legs.reduce((sum, seconds) => sum + seconds, 0) });
    console.log(
      `${count} models × ${targets.length}: first ${cold.seconds.toFixed(1)} s, ${cold.mebibytes.toFixed(0)} MiB; again ${warm.seconds.toFixed(1)} s (${(warm.seconds / cold.seconds).toFixed(2)} of it), ${warm.mebibytes.toFixed(0)} MiB; a leg for each target ${(rows.at(-1)?.legs ?? 0).toFixed(1)} s in all, the longest ${Math.max(...legs).toFixed(1)} s`,
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
if (rows.length > 1) {
  for (const [name, unit, of] of [
    ['time', 's', ({ cold }: (typeof rows)[number]) => cold.seconds],
    ['peak memory', 'MiB', ({ cold }: (typeof rows)[number]) => cold.mebibytes],
  ] as const) {
    const line = lineThrough(rows.map((row) => [row.count, of(row)]));
    console.log(
      `${name}: ${line.start.toFixed(1)} ${unit} and ${line.slope.toFixed(3)} ${unit} a model; worst deviation ${(100 * line.worst).toFixed(0)} %`,
    );
  }
}
