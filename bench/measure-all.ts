// Measures every reference model by the command line, a fresh process each, and prints answers and times:
//   node scripts/run-ts.mjs bench/measure-all.ts [target]
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { measurementSchema } from '../src/measurement/measurement.ts';
import { referenceDirectory, referenceModels } from './reference.ts';

const target = process.argv[2] ?? 'generic-cortex-m4';
const rows = referenceModels().map(({ file, bytes }) => {
  const started = performance.now();
  const run = spawnSync(
    process.execPath,
    ['dist/cli.js', 'measure', path.join(referenceDirectory, 'models', file), '--target', target, '--json'],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  return {
    file,
    bytes,
    milliseconds: performance.now() - started,
    outcome: outcomeOf(run.status, run.stdout, run.stderr),
  };
});

function outcomeOf(status: number | null, stdout: string, stderr: string): string {
  if (/^\s+at /m.test(stderr)) return 'stack trace';
  if (status !== 0) return `exit ${status}: ${stderr.trim()}`;
  const parsed = measurementSchema.safeParse(JSON.parse(stdout));
  if (!parsed.success)
    return `not a Measurement: ${parsed.error.issues[0]?.path.join('.')} ${parsed.error.issues[0]?.message}`;
  if (parsed.data.deployable) return 'measured';
  return `finding ${parsed.data.findings.find(({ severity }) => severity === 'error')?.code ?? 'missing'}`;
}

const outcomes = new Map<string, number>();
for (const { outcome } of rows) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
for (const [outcome, number] of [...outcomes].sort(([, one], [, other]) => other - one))
  console.log(`${number} × ${outcome}`);

const times = rows.map(({ milliseconds }) => milliseconds).sort((one, other) => one - other);
const at = (share: number) => `${Math.round(times[Math.floor((times.length - 1) * share)] ?? 0)} ms`;
console.log(
  `${rows.length} models on ${target}; a process each takes ${at(0)} at least, ${at(0.5)} in the middle, ${at(0.9)} for nine of ten, ${at(1)} at most`,
);
for (const row of [...rows].sort((one, other) => other.milliseconds - one.milliseconds).slice(0, 5)) {
  console.log(`  ${Math.round(row.milliseconds)} ms  ${(row.bytes / 1e6).toFixed(1)} MB  ${row.file}`);
}
