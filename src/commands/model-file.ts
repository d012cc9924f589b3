import { openModel } from '../measure.ts';
import type { Model } from '../optimize/model.ts';
import { externalDataBeside, readUserFile } from './user-file.ts';

/**
 * A model from the file system; its external data is looked for beside it, and never above its folder, whatever links are there.
 * @throws UserError when either can't be read, and when the data is a link out of the model's folder, or no file at all
 */
export function openModelFile(file: string): Model {
  return openModel(readUserFile(file), file, { externalData: externalDataBeside(file) });
}
