// How long measuring takes once the program runs: every reference .tflite read, planned and estimated in one process, the median of several times.
//   node scripts/run-ts.mjs bench/measure-warm.ts [target]
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { measureModel, openModel } from '../src/measuring/measure.ts';
import { committed } from '../src/optimize/recipe.ts';
import { resolveTarget } from '../src/targets/load.ts';
import { referenceDirectory, referenceModels } from './reference.ts';

const target = resolveTarget(process.argv[2] ?? 'generic-cortex-m4');
const repeats = 5;
const rows: { readonly file: string; readonly milliseconds: number }[] = [];
for (const { file } of referenceModels().filter((model) => model.file.endsWith('.tflite'))) {
  const bytes = readFileSync(path.join(referenceDirectory, 'models', file));
  const times: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const started = performance.now();
    await measureModel(openModel(bytes, file), target, { recipe: committed });
    times.push(performance.now() - started);
  }
  rows.push({ file, milliseconds: times.sort((one, other) => one - other)[Math.floor(repeats / 2)] ?? 0 });
}
rows.sort((one, other) => other.milliseconds - one.milliseconds);
const over = rows.filter(({ milliseconds }) => milliseconds > 50).length;
console.log(`${rows.length} models on ${target.id}: ${over} take more than 50 ms; the slowest:`);
for (const { file, milliseconds } of rows.slice(0, 5)) console.log(`  ${milliseconds.toFixed(1)} ms  ${file}`);
