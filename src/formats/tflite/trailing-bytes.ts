import type { Graph } from '../../graph/graph.ts';
import type { Decoding } from '../flatbuffer/decode.ts';
import { type Notes, note, noteUnwritable } from './reading.ts';

/** What is behind the last byte that the model refers to, without the padding of zeros in front; notes what cannot be understood or kept of it. */
export function readTrailingBytes(
  { source }: Decoding,
  graphs: readonly Graph[],
  notes: Notes,
): Uint8Array | undefined {
  const behind = source.bytes.subarray(source.furthest);
  const start = behind.findIndex((byte) => byte !== 0);
  if (start < 0) return undefined;
  const trailing = behind.subarray(start);
  if (isArchive(trailing)) return trailing;
  // Models compiled for an NPU by LiteRT have the NPU's code behind them, and its place in the options of a custom operator.
  if (graphs.some(({ operators }) => operators.some(({ domain }) => domain === 'custom'))) {
    noteUnwritable(
      notes,
      `Custom operators may refer by position to the ${trailing.length} bytes that follow the model.`,
    );
  } else {
    note(notes, `${trailing.length} bytes at the end of the file belong to no part of the model.`);
  }
  return trailing;
}

/** Bytes of the record that ends a ZIP archive, where it has no comment (PKWARE's APPNOTE.TXT, 4.3.16). */
const endOfDirectory = 22;

/** Whether this is a ZIP archive, which is how files that the metadata names (labels, say) are attached to a model; it may have no files (https://ai.google.dev/edge/litert/models/metadata). */
function isArchive(bytes: Uint8Array): boolean {
  const end = bytes.length - endOfDirectory;
  return end >= 0 && isRecord(bytes, end, 5, 6) && (end === 0 || isRecord(bytes, 0, 3, 4));
}

/** Whether a record of a ZIP archive, "PK" and two numbers, begins here. */
function isRecord(bytes: Uint8Array, offset: number, ...kind: readonly [number, number]): boolean {
  return [0x50, 0x4b, ...kind].every((byte, index) => bytes[offset + index] === byte);
}
