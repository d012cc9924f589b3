import path from 'node:path';
import { openModel } from '../measuring/measure.ts';
import type { Model } from '../optimize/model.ts';
import { externalDataBeside, readNamedBeside, readUserFile } from './user-file.ts';

/**
 * A model from the file system; its external data is looked for beside it, and never above its folder, whatever links are there.
 * @throws UserError when either can't be read, and when the data is a link out of the model's folder, or no file at all
 */
export function openModelFile(file: string): Model {
  return openModel(readUserFile(file), file, { externalData: externalDataBeside(file) });
}

/** A model that another file names, in that file's folder or below, as its data. @throws UserError as `openModelFile`, and when it is elsewhere */
export function openModelBeside(file: string, name: string): Model {
  const bytes = readNamedBeside(file, name);
  const named = path.join(path.dirname(file), name);
  return openModel(bytes, named, { externalData: externalDataBeside(named) });
}
