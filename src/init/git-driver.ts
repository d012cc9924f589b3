import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { git, tryGit } from '../changes/git.ts';
import { UserError } from '../errors.ts';

/** What `.gitattributes` says of models, so that git shows their changes as text. */
const attributes = ['*.onnx diff=edge-ready', '*.ort diff=edge-ready', '*.tflite diff=edge-ready'] as const;

/**
 * Makes `git diff`, `git show` and `git log -p` show changes of `.onnx`, `.ort` and `.tflite` files as text: three lines in the `.gitattributes` at the repository's top,
 * which are for everybody, and the command, as `textconvCommand` says, in this clone's configuration, which git takes from nowhere else. Done again it changes nothing.
 * @returns what it changed, a sentence each
 * @throws UserError when the directory is no git repository, or its `.gitattributes` is a link
 */
export async function installGitDriver(directory: string, command: string): Promise<readonly string[]> {
  const top = (await git(directory, ['rev-parse', '--show-toplevel'])).toString('utf8').trim();
  return [
    ...writeAttributes(top),
    ...(await configure(top, 'textconv', command)),
    ...(await configure(top, 'cachetextconv', 'true')),
  ];
}

function writeAttributes(top: string): readonly string[] {
  const file = path.join(top, '.gitattributes');
  if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new UserError(`${file} is a link, which git does not read; put the file itself there.`);
  }
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const lines = new Set(before.split(/\r?\n/).map((line) => line.trim().replace(/\s+/g, ' ')));
  const missing = attributes.filter((line) => !lines.has(line));
  if (missing.length === 0) return [];
  // The last line that matches decides, so these come behind those of Git LFS, whose filters stay.
  const start = before === '' || before.endsWith('\n') ? before : `${before}\n`;
  writeFileSync(file, `${start}${missing.join('\n')}\n`);
  return [`.gitattributes: ${missing.join(', ')}`];
}

async function configure(top: string, key: string, value: string): Promise<readonly string[]> {
  const name = `diff.edge-ready.${key}`;
  const { stdout } = await tryGit(top, ['config', '--local', '--get', name]);
  if (stdout.toString('utf8').trim() === value) return [];
  await git(top, ['config', '--local', '--replace-all', name, value]);
  return [`this clone's git configuration: ${name} = ${value}`];
}
