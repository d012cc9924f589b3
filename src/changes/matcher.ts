import { modelFile } from '../formats/model-file.ts';
import { globMatcher } from './glob.ts';

/** Tells whether a path, from the repository's top with `/` between its parts, is a model that the gate judges. */
export type ModelMatcher = (path: string) => boolean;

/** A glob that names a suffix (`nets/*.bin`) means what it says; one that ends in a wildcard (`models/**`) means the models there, not their README. */
const namesSuffix = /\.[A-Za-z0-9_]+$/;

/**
 * Which files are judged: without `only` every `.onnx`, `.ort` and `.tflite` and what the configuration's `models:` name besides; with `only` (the input `models`) those of them that its globs match,
 * and whatever matches a glob that names a suffix; a glob that begins with `!` takes files out again.
 */
export function modelMatcher(configured: readonly string[] = [], only: readonly string[] = []): ModelMatcher {
  const globs = configured.map(globMatcher);
  const isModel: ModelMatcher = (path) => modelFile.test(path) || globs.some((matches) => matches(path));
  if (only.length === 0) return isModel;
  const included = only.filter((glob) => !glob.startsWith('!'));
  const excluded = only.filter((glob) => glob.startsWith('!')).map((glob) => globMatcher(glob.slice(1)));
  const inclusions = included.map((glob) => ({ matches: globMatcher(glob), anything: namesSuffix.test(glob) }));
  const isIncluded: ModelMatcher = (path) =>
    inclusions.length === 0
      ? modelFile.test(path)
      : inclusions.some(({ matches, anything }) => matches(path) && (anything || isModel(path)));
  return (path) => isIncluded(path) && !excluded.some((matches) => matches(path));
}
