import { UserError } from '../../errors.ts';
import type { Graph } from '../../graph/graph.ts';
import { checkedBytes, DamageError, targetOf } from '../flatbuffer/bytes.ts';
import { type Decoding, decodeTable, pathText } from '../flatbuffer/decode.ts';
import { formatLimits } from '../limits.ts';
import { graphOfModel } from '../onnx/read.ts';
import type { SessionRecord } from './records.ts';
import { ortSchema } from './schema.ts';
import { onnxModel } from './to-onnx.ts';
import { withOrtVersion } from './version.ts';

/** True when the bytes carry the file identifier of ONNX Runtime's own format. */
export function isOrt(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && String.fromCharCode(...bytes.subarray(4, 8)) === 'ORTM';
}

/**
 * The graph of a model in ONNX Runtime's own format (`.ort`), of the ONNX dialect: as the session that saved it had rewritten it, with operators of its own domains where it fused some.
 * @param label what messages call the file
 * @throws UserError when the bytes are no whole model, pass a limit, or constants are in a file beside it
 */
export function readOrt(bytes: Uint8Array, label: string): Graph {
  if (bytes.length > formatLimits.modelBytes) {
    throw new UserError(
      `${label} has ${bytes.length} bytes, over the limit of ${formatLimits.modelBytes}; use a smaller model.`,
    );
  }
  const notes: string[] = [];
  const decoding: Decoding = {
    schema: ortSchema,
    source: checkedBytes(bytes),
    path: [],
    lost: (where, what) => {
      if (!what.startsWith('Skipped ') && where !== 'model.model_version')
        notes.push(`${where || 'The model'}: ${what}.`);
    },
  };
  const { model, ort_version: version } = sessionOf(decoding, label);
  if (model === undefined)
    throw new UserError(`${label} is an ONNX Runtime file without a model; save the model again.`);
  return withOrtVersion(graphOfModel(onnxModel(model, label), label, {}, notes), version);
}

function sessionOf(decoding: Decoding, label: string): SessionRecord {
  try {
    // The schema tables make the record what its type says.
    return decodeTable(
      decoding,
      ortSchema.tableType('InferenceSession'),
      targetOf(decoding.source, 0),
    ) as SessionRecord;
  } catch (error) {
    if (!(error instanceof DamageError)) throw error;
    const where = pathText(decoding.path) || 'the model';
    throw new UserError(`${label} is damaged: ${where} ${error.message}; save the model or fetch the file again.`);
  }
}
