import { readNpz } from '../data/npz.ts';
import { writeNpz } from '../data/write-npz.ts';
import { UserError } from '../errors.ts';
import { openModelFile } from './model-file.ts';
import type { Output } from './output.ts';
import { runTflite } from './run-model.ts';
import { readUserFile } from './user-file.ts';
import { writeWhole } from './write-whole.ts';

/** The options of `edge-ready run`. */
export interface RunOptions {
  readonly input: string;
  readonly output: string;
  readonly steps?: true;
}

/** `edge-ready run MODEL --input IN.npz --output OUT.npz`: the model in the device's own arithmetic. */
export function runCommand(file: string, options: RunOptions, output: Output): void {
  const model = openModelFile(file);
  if (model.format !== 'tflite') {
    throw new UserError(
      `${file} is no TensorFlow Lite model; edge-ready run has the arithmetic of TensorFlow Lite Micro and takes .tflite.`,
    );
  }
  const arrays = readNpz(readUserFile(options.input), options.input);
  const outputs = runTflite(model, arrays, options.steps === true);
  writeWhole(options.output, writeNpz(outputs));
  for (const [name, { dtype, shape }] of Object.entries(outputs))
    output.result(`${name}: ${dtype} [${shape.join(', ')}]`);
}
