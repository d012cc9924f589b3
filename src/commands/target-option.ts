import type { Config } from '../config/config.ts';
import { withOwnBoards } from '../config/own-boards.ts';
import { resolveTargets } from '../config/targets.ts';
import { folderSource } from '../data/folder-source.ts';
import { UserError } from '../errors.ts';
import { parseRunnableBoard } from '../runtimes/registry.ts';
import { resolveTarget, targetOn } from '../targets/load.ts';
import type { Target } from '../targets/target.ts';
import { readOwnConfig } from './own-config.ts';
import { readUserFile } from './user-file.ts';

/** What the command line says of the target, as texts. */
export interface TargetOptions {
  readonly target: string;
  readonly config?: string;
}

/**
 * The target that `--target` means: one that the configuration names, with what it leaves for the model, a board that comes with the gate, or the file of one of the user's,
 * boards with `/runtime` behind them where it is not the default one.
 * @throws UserError when there is no such target, board, runtime or file, or a file has mistakes
 */
export async function readTarget({ target: text, config }: TargetOptions): Promise<Target> {
  const [, file, runtime] = /^(.+\.ya?ml)(?:\/([^/]+))?$/.exec(text) ?? [];
  if (file !== undefined) {
    return targetOn(parseRunnableBoard(new TextDecoder().decode(readUserFile(file)), file), runtime, text, {});
  }
  const [target] = resolveTargets(null, await onlyTarget(readOwnConfig(config), text), [text]);
  return target ?? resolveTarget(text);
}

/** The configuration with the board of the user's that one of its targets is; files of others do not matter here. */
async function onlyTarget(config: Config | null, name: string): Promise<Config | null> {
  const named = config?.targets.find((target) => target.name === name);
  if (config === null || named?.own === undefined) return config;
  const read = await withOwnBoards({ ...config, targets: [named] }, (file) => folderSource('.').read(file));
  if (read?.targets[0]?.own?.board === undefined) {
    throw new UserError(`There is no file ${named.own.file}, which ${config.path} names for the target "${name}".`);
  }
  return read;
}
