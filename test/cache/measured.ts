import { readFileSync } from 'node:fs';
import type { SideRecord } from '../../src/cache/stored-side.ts';
import { readNpz } from '../../src/data/npz.ts';
import { slicedDataSet } from '../../src/data/sliced.ts';
import { parseRecipe } from '../../src/optimize/recipe.ts';
import type { ModelFiles } from '../../src/sides/model-files.ts';
import { measureSide, type SideJob, type SideOptions } from '../../src/sides/side.ts';
import { resolveTarget } from '../../src/targets/load.ts';

export function filesOf(fixture: string, path: string = 'models/a.tflite'): ModelFiles {
  return { path, bytes: readFileSync(`fixtures/digits/${fixture}`), external: new Map() };
}

export function jobOf(files: ModelFiles, options: Partial<SideOptions> = {}, target = 'nucleo-l4r5zi'): SideJob {
  return { files, target: resolveTarget(target), options: { recipe: parseRecipe('auto'), ...options } };
}

export async function measured(job: SideJob) {
  const read = async (file: string) => slicedDataSet(file, '', readNpz(readFileSync(`fixtures/digits/${file}`), file));
  return measureSide(job, { readData: read, progress: () => {} });
}

/** A measured side as it is kept: one with a saving, answers of an evaluation set and an optimised model. */
export async function keptSide(): Promise<{
  readonly side: SideRecord;
  readonly artifact: Uint8Array;
  readonly job: SideJob;
}> {
  const job = jobOf(filesOf('base/digits-int8.tflite'), {
    evaluation: { data: 'evaluation.npz', metric: 'top-1' },
  });
  const { measured: made, saving } = await measured(job);
  if (saving === undefined || made.correct === undefined || made.answers === undefined)
    throw new Error('the fixture has a saving and an accuracy');
  const { measurement, correct, answers } = made;
  return {
    job,
    side: { measurement, correct, answers, saving: { measurement: saving.measurement, steps: [...saving.steps] } },
    artifact: saving.artifact,
  };
}
