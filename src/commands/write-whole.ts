import { renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { codeOf, messageOf, UserError } from '../errors.ts';

/** Writes a file whole or not at all: beside its place first, then moved there. @throws UserError when it can't be written */
export function writeWhole(file: string, bytes: Uint8Array): void {
  const beside = `${file}.${process.pid}.part`;
  try {
    writeFileSync(beside, bytes);
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    if (codeOf(error) === 'ENOENT') {
      throw new UserError(`${file} can't be written: there is no folder ${path.dirname(file)}; create it first.`);
    }
    if (codeOf(error) === 'EISDIR') throw new UserError(`${file} can't be written: it is a folder; name a file in it.`);
    throw new UserError(`${file} can't be written: ${messageOf(error).replaceAll(beside, file)}`);
  }
}
