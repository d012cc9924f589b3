// Time and peak memory of a pull request that changes so many models, measured for the first time and again; and what legs of a matrix cost against one job.
//   npm run build && node scripts/run-ts.mjs bench/scale.ts growth [models, such as 1,10,50,200]
//   npm run build && node scripts/run-ts.mjs bench/scale.ts legs [models, such as 20]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { commit, type Files, git } from '../test/support/git-repository.ts';
import { machine, numbersTable, writeSection } from './page.ts';

const targets = [
  'nucleo-l4r5zi',
  'arduino-nano-33-ble',
  'nucleo-h743zi',
  'stm32f746g-disco',
  'pico',
  'raspberry-pi-4/litert',
];
const cli = path.resolve('dist', 'cli.js');
const tellPeak = `data:text/javascript,${encodeURIComponent(`
  import { isMainThread } from 'node:worker_threads';
  if (isMainThread) process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    process.stderr.write('used ' + maxRSS + ' ' + (userCPUTime + systemCPUTime) + '\\n');
  });
`)}`;

interface Run {
  readonly seconds: number;
  /** Of the processor, on all cores: what else runs on the machine changes it less. */
  readonly busy: number;
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
  const args = [
    '--import',
    tellPeak,
    cli,
    'check',
    '--base',
    'main',
    '--output',
    `${cache}-out`,
    '--target',
    ...wanted,
  ];
  const started = performance.now();
  const { stderr, status } = spawnSync(process.execPath, args, {
    cwd: directory,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    env: { ...process.env, EDGE_READY_CACHE: cache },
  });
  if (status === 2 || status === null) throw new Error(stderr.slice(-2000));
  const [, kibibytes = 0, microseconds = 0] = /^used (\d+) (\d+)$/m.exec(stderr)?.map(Number) ?? [];
  return {
    seconds: (performance.now() - started) / 1000,
    busy: microseconds / 1e6,
    mebibytes: kibibytes / 1024,
  };
}

/** Calls `use` with a repository whose branch changes so many models, and a folder that is deleted with it. */
function withModels<T>(count: number, use: (directory: string, cache: (name: string) => string) => T): T {
  const directory = mkdtempSync(path.join(tmpdir(), 'edge-ready-scale-'));
  try {
    git(directory, 'init', '--quiet', '--initial-branch=main');
    commit(directory, 'base', models('base', count));
    git(directory, 'checkout', '--quiet', '-b', 'change');
    commit(directory, 'head', models('wider', count));
    return use(directory, (name) => path.join(directory, '.git', `cache-${name}`));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const network = () =>
  `The network of [fixtures/digits](../fixtures) in int8, ${Math.round(readFileSync('fixtures/digits/wider/digits-int8.tflite').byteLength / 1000)} kB, as so many files that differ, base and head`;

function growth(counts: readonly number[]): void {
  const rows = counts.map((count) =>
    withModels(count, (directory, cache) => {
      const first = check(directory, cache('all'), targets);
      const again = check(directory, cache('all'), targets);
      console.log(`${count} models: ${first.seconds.toFixed(1)} s, again ${again.seconds.toFixed(1)} s`);
      return { count, first, again };
    }),
  );
  const each = ({ busy }: Run, count: number) => ((busy * 1000) / count / targets.length).toFixed(0);
  const table = numbersTable(
    [
      'models',
      'comparisons',
      'first, s',
      'processor, s',
      'ms each',
      'peak, MiB',
      'again, s',
      'processor, s',
      'ms each',
      'peak, MiB',
    ],
    rows.map(({ count, first, again }) => [
      String(count),
      String(count * targets.length),
      first.seconds.toFixed(1),
      first.busy.toFixed(1),
      each(first, count),
      first.mebibytes.toFixed(0),
      again.seconds.toFixed(1),
      again.busy.toFixed(1),
      each(again, count),
      again.mebibytes.toFixed(0),
    ]),
    [],
  );
  const sentences = rows.slice(1).map(({ count, first, again }, index) => {
    const before = rows[index];
    if (before === undefined) return '';
    const times = (of: 'first' | 'again') => {
      const [after, one] = of === 'first' ? [first, before.first] : [again, before.again];
      return `${(after.busy / one.busy).toFixed(1)} times the processor's time and ${(after.mebibytes / one.mebibytes).toFixed(1)} times the memory`;
    };
    return `From ${before.count} to ${count} models, ${count / before.count} times as many, the first run takes ${times('first')}, the second ${times('again')}.`;
  });
  writeSection(
    'scale',
    `${network()}, on ${targets.length} targets in one job: ${targets.join(', ')}. "Processor" is time on all cores together, "again" is the same with what the first run kept.\n\n${table}\n\n${sentences.at(-1)}\n\n${machine()}.`,
  );
}

function legs(count: number): void {
  const rows = withModels(count, (directory, cache) =>
    [1, 2, 3, 6].map((parts) => {
      const perLeg = targets.length / parts;
      const runs = Array.from({ length: parts }, (_, leg) => {
        const own = targets.slice(leg * perLeg, (leg + 1) * perLeg);
        const kept = cache(`${parts}-${leg}`);
        return { first: check(directory, kept, own), again: check(directory, kept, own) };
      });
      const sum = (of: 'first' | 'again') => runs.reduce((total, run) => total + run[of].busy, 0);
      const most = (of: 'first' | 'again') => Math.max(...runs.map((run) => run[of].seconds));
      console.log(`${parts} legs: ${sum('first').toFixed(1)} s in all, the longest ${most('first').toFixed(1)} s`);
      return { parts, sum, most };
    }),
  );
  const one = rows[0]?.sum('first') ?? 0;
  const table = numbersTable(
    [
      'legs',
      'targets in each',
      'all first runs, processor s',
      'of one leg',
      'the longest, s',
      'all second runs, processor s',
      'the longest, s',
    ],
    rows.map(({ parts, sum, most }) => [
      String(parts),
      String(targets.length / parts),
      sum('first').toFixed(1),
      `${(sum('first') / one).toFixed(2)}×`,
      most('first').toFixed(1),
      sum('again').toFixed(1),
      most('again').toFixed(1),
    ]),
    [],
  );
  writeSection(
    'legs',
    `${count} models on the same ${targets.length} targets, in one job or in legs of a matrix that run one after another here; on runners they run at once, and wait for the longest. Neither the runner's start nor the checkout is in it.\n\n${table}\n\n${machine()}.`,
  );
}

const [what, numbers] = process.argv.slice(2);
if (what === 'legs') legs(Number(numbers ?? 20));
else if (what === 'growth') growth((numbers ?? '1,10,50,200').split(',').map(Number));
else throw new Error('usage: bench/scale.ts growth [1,10,50,200] | legs [20]');
