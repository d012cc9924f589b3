import { sha256 } from '../basics/sha256.ts';

const digits = 64;

/** What is kept: the sha256 of the content on a line of its own, and the content. */
export function sealed(content: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${sha256(content)}\n`), content]);
}

/** The content of what `sealed` made, or `undefined` when it is damaged. A hash shows damage, not forgery. */
export function unsealed(entry: Uint8Array): Buffer | undefined {
  const bytes = Buffer.from(entry.buffer, entry.byteOffset, entry.byteLength);
  const content = bytes.subarray(digits + 1);
  return bytes[digits] === 0x0a && bytes.toString('latin1', 0, digits) === sha256(content) ? content : undefined;
}

/** What JSON text says, or `undefined` where it is none. */
export function jsonIn(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
