import { createHash } from 'node:crypto';
import path from 'node:path';
import { plain } from '../basics/plain.ts';
import { messageOf } from '../errors.ts';
import { readModel } from '../formats/read-model.ts';
import { inferShapes } from '../graph/infer-shapes.ts';
import { modelText } from '../inspect/model-text.ts';
import type { Output } from './output.ts';
import { externalDataBeside, readUserFile } from './user-file.ts';

/**
 * `edge-ready inspect MODEL`: prints a model as text, a line per operator. With `--textconv` it is what git runs to show a change of a model: whatever the file
 * holds, something is printed and the exit code is 0; a file that can't be read as a model is told with why, its size and its digest.
 */
export function inspectCommand(file: string, { textconv }: { readonly textconv?: true }, output: Output): void {
  const bytes = readUserFile(file);
  if (textconv !== true) {
    output.result(modelText(inferShapes(readModel(bytes, file, { externalData: externalDataBeside(file) }).graph)));
    return;
  }
  // Git gives every version of a file another name, which must not be what differs.
  const label = `model${path.extname(file)}`;
  try {
    output.result(modelText(inferShapes(readModel(bytes, label).graph)));
  } catch (error) {
    const digest = createHash('sha256').update(bytes).digest('hex');
    output.result(`${plain(messageOf(error))}\n${bytes.byteLength} bytes, sha256 ${digest}\n`);
  }
}
