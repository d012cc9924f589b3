import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The folder of real models beside the checkout; benchmarks run from the checkout's top. */
export const referenceDirectory = path.resolve('..', 'shared', 'reference');

/** The reference models, as their list has them. @throws when they are missing. */
export function referenceModels(): readonly { readonly file: string; readonly bytes: number }[] {
  return JSON.parse(readFileSync(path.join(referenceDirectory, 'models.json'), 'utf8'));
}
