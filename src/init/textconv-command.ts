import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { searchFolders } from '../runtimes/tools/on-path.ts';

/**
 * What git runs to show a model as text: `edge-ready` where the shell that git starts finds it, otherwise the program that runs now, by its place.
 * git ends without showing anything when the command is not there.
 * @param program the file that Node was started with; undefined when there is none
 */
export function textconvCommand(program: string | undefined, environment: NodeJS.ProcessEnv = process.env): string {
  const isFound = searchFolders(environment).some((folder) => isExecutable(path.join(folder, 'edge-ready')));
  const command = isFound || program === undefined ? 'edge-ready' : `node ${quoted(path.resolve(program))}`;
  return `${command} inspect --textconv`;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** One word of a POSIX shell, which git brings along on Windows. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
