import { createHash } from 'node:crypto';
import { UserError } from '../errors.ts';
import { readCsv } from './csv.ts';
import type { DataSet, FileSource } from './data-set.ts';
import { readNpzRows } from './npz-rows.ts';
import { slicedDataSet } from './sliced.ts';

/**
 * A data set: an `.npz` (one array per model input by name, or `x`; labels in `y`), a `.csv`, or a folder of pictures by class.
 * @throws UserError when it is missing, damaged, a git-LFS pointer, or none of these.
 */
export async function readDataSet(path: string, source: FileSource): Promise<DataSet> {
  if (/\.npz$/i.test(path)) {
    const pieces = await source.pieces(path);
    if (pieces !== undefined) return readNpzSet(path, pieces);
  }
  const bytes = await source.read(path);
  if (bytes === undefined) {
    const files = await source.list(path);
    if (files === undefined)
      throw new UserError(`There is no data set ${path}; name an .npz, a .csv or a folder of pictures.`);
    // The decoders are large and seldom needed.
    const { readImageFolder } = await import('./image-folder.ts');
    return readImageFolder(path, files, source);
  }
  refusePointer(path, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (/\.(csv|tsv)$/i.test(path)) return slicedDataSet(path, sha256, readCsv(bytes, path));
  throw new UserError(`${path} is no data set that the gate reads; give an .npz, a .csv or a folder of pictures.`);
}

async function readNpzSet(path: string, pieces: AsyncIterable<Uint8Array>): Promise<DataSet> {
  const hash = createHash('sha256');
  const hashed = async function* (): AsyncIterable<Uint8Array> {
    let isFirst = true;
    for await (const piece of pieces) {
      if (isFirst) refusePointer(path, piece);
      isFirst = false;
      hash.update(piece);
      yield piece;
    }
  };
  const arrays = await readNpzRows(hashed(), path);
  return slicedDataSet(path, hash.digest('hex'), arrays);
}

function refusePointer(path: string, beginning: Uint8Array): void {
  if (Buffer.from(beginning.subarray(0, 40)).toString('latin1').startsWith('version https://git-lfs')) {
    throw new UserError(`${path} is a git-LFS pointer, not the data; check out with "lfs: true".`);
  }
}
