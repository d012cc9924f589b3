import { UserError } from '../../errors.ts';
import type { Graph } from '../../graph/graph.ts';
import { checkedBytes, DamageError } from '../flatbuffer/bytes.ts';
import type { Decoding } from '../flatbuffer/decode.ts';
import { pathText } from '../flatbuffer/decode.ts';
import { formatLimits } from '../limits.ts';
import { readModelTable } from './read-model.ts';
import type { Notes } from './reading.ts';
import { noteUnwritable } from './reading.ts';
import { tfliteSchema } from './schema/schema.ts';

/** True when the bytes carry the file identifier of TensorFlow Lite, of any version of the schema. */
export function isTflite(bytes: Uint8Array): boolean {
  return identifierOf(bytes).startsWith('TFL');
}

/**
 * The model in a `.tflite` file. The main subgraph is the graph, further ones are its `subgraphs`; options are attributes, enums by name;
 * what belongs to the file is in `extras` (see `extras.ts`). Constants are views of `bytes` where they can be.
 * @param label what messages call the file
 * @throws UserError when the bytes are not a whole TensorFlow Lite model or pass a limit
 */
export function readTflite(bytes: Uint8Array, label: string): Graph {
  if (bytes.length > formatLimits.modelBytes) {
    throw new UserError(
      `${label} has ${bytes.length} bytes, over the limit of ${formatLimits.modelBytes}; use a smaller model.`,
    );
  }
  const identifier = identifierOf(bytes);
  if (identifier !== 'TFL3') {
    throw new UserError(
      isTflite(bytes)
        ? `${label} has the outdated format ${JSON.stringify(identifier)}; convert the model again with a current TensorFlow.`
        : `${label} is not a TensorFlow Lite model; check the file, or convert the model again.`,
    );
  }
  const notes: Notes = { kept: [], unwritable: [], dropped: 0 };
  const decoding: Decoding = {
    schema: tfliteSchema,
    source: checkedBytes(bytes),
    path: [],
    lost: (where, what) => noteUnwritable(notes, `${where || 'The model'}: ${what}.`),
  };
  try {
    return readModelTable(decoding, notes);
  } catch (error) {
    if (!(error instanceof DamageError)) throw error;
    const where = pathText(decoding.path) || 'the model';
    throw new UserError(`${label} is damaged: ${where} ${error.message}; export the model or fetch the file again.`);
  }
}

function identifierOf(bytes: Uint8Array): string {
  return bytes.length < 8 ? '' : String.fromCharCode(...bytes.subarray(4, 8));
}
