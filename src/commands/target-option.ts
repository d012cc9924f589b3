import { parseRunnableBoard } from '../runtimes/registry.ts';
import { resolveTarget, targetOn } from '../targets/load.ts';
import type { Target } from '../targets/target.ts';
import { readUserFile } from './user-file.ts';

/**
 * The target that `--target` means: a board that comes with the gate, or the file of one of the user's, each with `/runtime` behind it where it is not the default one.
 * @throws UserError when there is no such board, runtime or file, or the file has mistakes
 */
export function targetOption(text: string): Target {
  const [, file, runtime] = /^(.+\.ya?ml)(?:\/([^/]+))?$/.exec(text) ?? [];
  if (file === undefined) return resolveTarget(text);
  return targetOn(parseRunnableBoard(new TextDecoder().decode(readUserFile(file)), file), runtime, text, {});
}
