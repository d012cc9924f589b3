import { globMatcher } from './glob.ts';

/** Tells whether a path, from the repository's top with `/` between its parts, is a model that the gate judges. */
export type ModelMatcher = (path: string) => boolean;

/** Files that are models wherever they are, in any letter case. */
const modelFile = /\.(onnx|tflite)$/i;

/**
 * Which files are judged: without `only` every `.onnx` and `.tflite` and what the configuration's `models:` name besides; with `only` (the input `models`) what its globs match,
 * a glob that begins with `!` taking files out again.
 */
export function modelMatcher(configured: readonly string[] = [], only: readonly string[] = []): ModelMatcher {
  if (only.length === 0) {
    const globs = configured.map(globMatcher);
    return (path) => modelFile.test(path) || globs.some((matches) => matches(path));
  }
  const included = only.filter((glob) => !glob.startsWith('!')).map(globMatcher);
  const excluded = only.filter((glob) => glob.startsWith('!')).map((glob) => globMatcher(glob.slice(1)));
  const isIncluded: ModelMatcher =
    included.length === 0 ? (path) => modelFile.test(path) : (path) => included.some((matches) => matches(path));
  return (path) => isIncluded(path) && !excluded.some((matches) => matches(path));
}
