import { sha256 } from '../basics/sha256.ts';
import type { FoundRecipes } from '../cache/stored-recipes.ts';
import { type AskedSide, handedOut, type KeptModels, type SideRecord } from '../cache/stored-side.ts';
import type { Measurement } from '../measurement/measurement.ts';
import type { MeasuredSide, SideJob } from './side.ts';

/** What a compiler refused may have been the machine's fault: it is asked again the next time. */
export function mayBeKept({ measurement }: SideRecord): boolean {
  return !measurement.findings.some(({ code }) => code === 'compiler-refused');
}

/** What is remembered of a side that was measured. */
export function recordOf({ measured: { measurement, correct, answers }, saving }: MeasuredSide): SideRecord {
  return {
    measurement,
    ...(correct === undefined ? {} : { correct }),
    ...(answers === undefined ? {} : { answers }),
    ...(saving === undefined ? {} : { saving: { measurement: saving.measurement, steps: [...saving.steps] } }),
  };
}

/** The models that belong to a record, those that are handed out or read again. */
export function modelsOf(side: MeasuredSide): KeptModels {
  if (handedOut(recordOf(side)) === undefined) return { made: new Uint8Array(0) };
  if (side.saving !== undefined) return { made: side.saving.artifact };
  const { artifact: made, uncompiled } = side.measured;
  return uncompiled === undefined ? { made } : { made, uncompiled };
}

/** What an entry of the cache has to be about. */
export function askedFor({ files, target }: SideJob, key: string): AskedSide {
  return {
    key,
    model: { bytes: files.bytes.byteLength, sha256: sha256(files.bytes) },
    target: { id: target.id, board: target.board.id, runtime: target.runtime },
  };
}

/** The same measurement of the same bytes under another path. */
export function calledBy(modelPath: string, side: SideRecord): SideRecord {
  if (side.measurement.model.path === modelPath) return side;
  const { measurement, saving } = side;
  return {
    ...side,
    measurement: renamed(modelPath, measurement),
    ...(saving === undefined ? {} : { saving: { ...saving, measurement: renamed(modelPath, saving.measurement) } }),
  };
}

/** The same recipes of the same bytes under another path. */
export function calledLike(modelPath: string, { chosen, attempts }: FoundRecipes): FoundRecipes {
  return { chosen: chosen && { ...chosen, measurement: renamed(modelPath, chosen.measurement) }, attempts };
}

function renamed(modelPath: string, measurement: Measurement): Measurement {
  return { ...measurement, model: { ...measurement.model, path: modelPath } };
}
