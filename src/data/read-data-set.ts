import { createHash } from 'node:crypto';
import { UserError } from '../errors.ts';
import { readCsv } from './csv.ts';
import type { DataSet, FileSource } from './data-set.ts';
import { readNpz } from './npz.ts';
import { slicedDataSet } from './sliced.ts';

/**
 * A data set: an `.npz` (one array per model input by name, or `x`; labels in `y`), a `.csv`, or a folder of pictures by class.
 * @throws UserError when it is missing, damaged, a git-LFS pointer, or none of these.
 */
export async function readDataSet(path: string, source: FileSource): Promise<DataSet> {
  const bytes = await source.read(path);
  if (bytes === undefined) {
    const files = await source.list(path);
    if (files === undefined)
      throw new UserError(`There is no data set ${path}; name an .npz, a .csv or a folder of pictures.`);
    // The decoders are large and seldom needed.
    const { readImageFolder } = await import('./image-folder.ts');
    return readImageFolder(path, files, source);
  }
  if (Buffer.from(bytes.subarray(0, 40)).toString('latin1').startsWith('version https://git-lfs')) {
    throw new UserError(`${path} is a git-LFS pointer, not the data; check out with "lfs: true".`);
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (/\.npz$/i.test(path)) return slicedDataSet(path, sha256, readNpz(bytes, path));
  if (/\.(csv|tsv)$/i.test(path)) return slicedDataSet(path, sha256, readCsv(bytes, path));
  throw new UserError(`${path} is no data set that the gate reads; give an .npz, a .csv or a folder of pictures.`);
}
