import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { runProgram } from './run-program.ts';
import type { Located } from './tool.ts';

export interface OnPath {
  /** File names without `.exe`, the first that exists is taken. */
  readonly names: readonly string[];
  /** Arguments that make it print its version; `['--version']` unless told. */
  readonly versionArguments?: readonly string[];
  /** The version in what it prints on either stream; `undefined` means that this is another program of the same name. */
  readonly readVersion: (printed: string) => string | undefined;
  /** Which versions will do, as a sentence would have it, and a test; all do unless told. */
  readonly accepts?: { readonly version: (version: string) => boolean; readonly words: string };
  readonly environment?: NodeJS.ProcessEnv;
}

/** Looks for a program in the folders of PATH. In Actions the checkout's own folders are left out: what lies there is the pull request's. */
export function onPath(wanted: OnPath): () => Promise<Located> {
  return async () => {
    const environment = wanted.environment ?? process.env;
    const program = await firstExecutable(wanted.names, searchFolders(environment));
    if (program === undefined) return { found: false, reason: `${wanted.names[0]} is not on PATH.` };
    const end = await runProgram(program, wanted.versionArguments ?? ['--version'], {
      folder: path.dirname(program),
      timeLimit: 60_000,
      environment,
    });
    const version = wanted.readVersion(`${end.stdout}\n${end.stderr}`);
    if (version === undefined) return { found: false, reason: `${program} does not say which version it is.` };
    if (wanted.accepts !== undefined && !wanted.accepts.version(version)) {
      return { found: false, reason: `${program} is version ${version}; ${wanted.accepts.words} is wanted.` };
    }
    return { found: true, program, prefix: [], version };
  };
}

/** Absolute folders of PATH, without those inside the workflow's checkout. */
export function searchFolders(environment: NodeJS.ProcessEnv): readonly string[] {
  const checkout = environment.GITHUB_WORKSPACE;
  return (environment.PATH ?? environment.Path ?? '')
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder))
    .filter((folder) => checkout === undefined || !isInside(folder, checkout));
}

function isInside(folder: string, parent: string): boolean {
  const relative = path.relative(parent, folder);
  return relative === '' || !(relative.startsWith('..') || path.isAbsolute(relative));
}

async function firstExecutable(names: readonly string[], folders: readonly string[]): Promise<string | undefined> {
  const suffixes = process.platform === 'win32' ? ['.exe'] : [''];
  for (const name of names) {
    for (const folder of folders) {
      for (const suffix of suffixes) {
        const file = path.join(folder, name + suffix);
        if (
          await access(file, constants.X_OK).then(
            () => true,
            () => false,
          )
        )
          return file;
      }
    }
  }
  return undefined;
}
