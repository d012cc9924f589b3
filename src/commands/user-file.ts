import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { nearest } from '../basics/nearest.ts';
import { codeOf, messageOf, UserError } from '../errors.ts';
import { cleanRelativePath } from '../formats/onnx/external-data.ts';

/** The bytes of a file that the user named. @throws UserError naming the file and why it can't be read. */
export function readUserFile(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') throw new UserError(`There is no file ${file}${similarFile(file)}`);
    if (code === 'EISDIR') throw new UserError(`${file} is a folder, not a file.`);
    if (code === 'ERR_FS_FILE_TOO_LARGE')
      throw new UserError(`${file} is larger than 2 GiB, more than the gate reads.`);
    throw new UserError(`${file} can't be read: ${messageOf(error)}`);
  }
}

/** What to write instead of a file's name that is mistyped; nothing where no file beside it is called alike. */
function similarFile(file: string): string {
  try {
    const similar = nearest(path.basename(file), readdirSync(path.dirname(file)));
    return similar === undefined ? '.' : `; did you mean ${path.join(path.dirname(file), similar)}?`;
  } catch {
    return ', nor its folder.';
  }
}

/** Reads what a model file keeps in others beside it; never above its folder, whatever links are there. @throws UserError as `openModelFile` */
export function externalDataBeside(file: string): (relativePath: string) => Uint8Array | undefined {
  const folder = path.dirname(file);
  return (relativePath) => readInside(folder, relativePath);
}

/**
 * The bytes of a file that another file names, from its folder or below: whoever wrote that other file is not who runs the command.
 * @throws UserError when the name leads out of the folder, also by a link, and when there is no such file
 */
export function readNamedBeside(file: string, name: string): Uint8Array {
  const clean = cleanRelativePath(name);
  if (clean === undefined) {
    throw new UserError(
      `${file} names ${JSON.stringify(name)}, which is not a path inside its own folder; put the file there, and write \`/\` between folders.`,
    );
  }
  return readInside(path.dirname(file), clean) ?? readUserFile(path.join(path.dirname(file), clean));
}

/** A file below a folder by its clean relative path; undefined when there is none. Links are followed as long as they stay below. */
function readInside(folder: string, relativePath: string): Uint8Array | undefined {
  const named = path.join(folder, relativePath);
  const real = realPath(named);
  if (real === undefined) return undefined;
  const below = path.relative(realPath(folder) ?? folder, real);
  if (below === '..' || below.startsWith(`..${path.sep}`) || path.isAbsolute(below)) {
    throw new UserError(
      `${named} is a link out of its folder, which the gate does not follow; put the file itself there.`,
    );
  }
  // What a pipe or a device holds never ends.
  if (!statSync(real).isFile()) throw new UserError(`${named} is not a file.`);
  return readUserFile(real);
}

function realPath(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new UserError(`${file} can't be read: ${messageOf(error)}`);
  }
}
