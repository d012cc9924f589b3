import { unzipSync } from 'fflate';
import { messageOf, UserError } from '../errors.ts';

/** The text of the file `name` out of an archive; only that file is unpacked, and never more than `limit` bytes. `label` names the archive in a `UserError`. */
export function readArchivedFile(archive: Uint8Array, name: string, limit: number, label: string): string {
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(archive, {
      filter: (file) =>
        file.name === name && file.originalSize <= limit && file.size <= file.originalSize * 1.01 + 1024,
    });
  } catch (error) {
    throw new UserError(`The artifact ${label} is not a readable archive: ${messageOf(error)}.`);
  }
  const bytes = files[name];
  if (bytes === undefined) throw new UserError(`The artifact ${label} holds no ${name} of a permitted size.`);
  return new TextDecoder().decode(bytes);
}
