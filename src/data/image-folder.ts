import { createHash } from 'node:crypto';
import { UserError } from '../errors.ts';
import type { DataSet, FileSource } from './data-set.ts';
import { readImage } from './image.ts';

const mostImages = 100_000;
const isImage = (file: string): boolean => /\.(png|jpe?g)$/i.test(file);

/**
 * A folder of pictures. The folders in it are the classes, numbered in the order of their names; pictures right in the folder have no label, so that a folder
 * without classes serves for calibration. Values are 0…255, red, green, blue: a model that wants them scaled takes an `.npz`.
 * @throws UserError when there are no pictures, or pictures both in and outside of classes.
 */
export async function readImageFolder(path: string, files: readonly string[], source: FileSource): Promise<DataSet> {
  const images = files.filter(isImage).sort((a, b) => (a < b ? -1 : 1));
  if (images.length === 0) throw new UserError(`${path} holds no .png or .jpg pictures.`);
  if (images.length > mostImages) throw new UserError(`${path} holds more than ${mostImages} pictures.`);
  const classOf = (file: string): string | undefined => (file.includes('/') ? file.split('/')[0] : undefined);
  const classes = [...new Set(images.map(classOf))];
  if (classes.length > 1 && classes.includes(undefined)) {
    throw new UserError(
      `${path} holds pictures both in class folders and beside them; put each into the folder of its class.`,
    );
  }
  const hash = createHash('sha256');
  for (const file of images) {
    const content = createHash('sha256')
      .update(await bytesOf(path, file, source))
      .digest('hex');
    hash.update(`${file}\0${content}\n`);
  }
  const values = Float64Array.from(images, (file) => classes.indexOf(classOf(file)));
  return {
    path,
    sha256: hash.digest('hex'),
    count: images.length,
    names: ['x'],
    labels: classes.includes(undefined) ? undefined : { values, width: 1, areIntegers: true },
    sample: async (index) => {
      const file = images[index];
      if (file === undefined) throw new RangeError(`no sample ${index} among ${images.length}`);
      return { x: readImage(await bytesOf(path, file, source), `${path}/${file}`) };
    },
  };
}

async function bytesOf(folder: string, file: string, source: FileSource): Promise<Uint8Array> {
  const bytes = await source.read(`${folder}/${file}`);
  if (bytes === undefined) throw new UserError(`${folder}/${file} disappeared while it was read.`);
  return bytes;
}
