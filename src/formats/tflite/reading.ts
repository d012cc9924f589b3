import { DamageError } from '../flatbuffer/bytes.ts';
import type { Decoding } from '../flatbuffer/decode.ts';
import { formatLimits } from '../limits.ts';
import type { OperatorCode } from './extras.ts';

/** What reading the subgraphs of a file shares. */
export interface Reading {
  readonly decoding: Decoding;
  readonly operatorCodes: readonly OperatorCode[];
  readonly usedOperatorCodes: Set<number>;
  /** Content of every buffer, `undefined` for those without; the same object where buffers share their bytes. */
  readonly buffers: readonly (Uint8Array | undefined)[];
  readonly usedBuffers: Set<number>;
  /** Strings that were unpacked from a buffer, so that tensors that share one share them. */
  readonly strings: Map<Uint8Array, readonly Uint8Array[] | undefined>;
  readonly notes: Notes;
}

/** Sentences about what is kept without being understood, and what cannot be written back. */
export interface Notes {
  readonly kept: string[];
  readonly unwritable: string[];
  /** Sentences beyond the limit. */
  dropped: number;
}

/** Adds a sentence, up to `formatLimits.notes`. */
export function note(notes: Notes, sentence: string): void {
  if (notes.kept.length < formatLimits.notes) notes.kept.push(sentence);
  else notes.dropped++;
}

/** Adds a sentence about something that writing would lose. */
export function noteUnwritable(notes: Notes, sentence: string): void {
  if (notes.unwritable.length < formatLimits.notes) notes.unwritable.push(sentence);
  note(notes, sentence);
}

/** Runs `read` for every item, with the place in the file kept for messages. */
export function mapAt<T, U>(
  decoding: Decoding,
  field: string,
  items: readonly T[] | undefined,
  read: (item: T, index: number) => U,
): U[] {
  return (items ?? []).map((item, index) => at(decoding, [field, index], () => read(item, index)));
}

/** Runs `read` with the place in the file kept for messages. */
export function at<T>({ path }: Decoding, place: readonly (string | number)[], read: () => T): T {
  path.push(...place);
  const result = read();
  path.length -= place.length;
  return result;
}

/** `index`, when it is one of `count`. @throws DamageError */
export function indexBelow(count: number, index: number, what: string): number {
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    throw new DamageError(`refers to ${what} ${index} of ${count}`);
  }
  return index;
}
