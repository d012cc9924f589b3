// Refusals against those of TensorFlow Lite Micro itself, with both reasons for each model that it refuses, on each core.
//   node scripts/run-ts.mjs bench/tflm-refusals.ts
import { unsupported } from '../src/runtimes/tflm/support/unsupported.ts';
import { type TflmCore, tflmModels } from './tflm-reference.ts';

const models = tflmModels().map((model) => ({ ...model, findings: unsupported(model.graph) }));
for (const { file, runs, findings } of models) {
  const refused = (['m4', 'm55'] as const).find((core) => isRefused(runs[core]?.status));
  const isWrong = Object.values(runs).some(
    ({ status }) => status !== undefined && isRefused(status) !== findings.length > 0,
  );
  if (refused === undefined && !isWrong) continue;
  console.log(`${isWrong ? 'DIFFERS ' : ''}${file}`);
  console.log(
    `  theirs: ${refused === undefined ? 'it runs' : (runs[refused]?.why?.filter(Boolean).join('; ') ?? '')}`,
  );
  for (const { where = '', message } of findings.slice(0, 1)) console.log(`  ours:   ${where}: ${message}`);
  if (findings.length > 1) console.log(`          and ${findings.length - 1} more`);
}
for (const core of ['m4', 'm55'] as const) summary(core);

function summary(core: TflmCore): void {
  const judged = models.filter(({ runs }) => runs[core]?.status !== undefined);
  const refused = judged.filter(({ runs }) => isRefused(runs[core]?.status));
  const found = refused.filter(({ findings }) => findings.length > 0).length;
  const run = judged.filter(({ runs }) => runs[core]?.status === 'ok');
  const kept = run.filter(({ findings }) => findings.length === 0).length;
  console.log(
    `${core}: refused ${found} of ${refused.length}, let run ${kept} of ${run.length}, agreed ${found + kept} of ${judged.length}`,
  );
}

function isRefused(status: string | undefined): boolean {
  return status !== undefined && status !== 'ok';
}
