/** What a git-LFS pointer file stands for. */
export interface LfsPointer {
  /** SHA-256 of the real content, 64 hexadecimal digits. */
  readonly oid: string;
  /** Bytes of the real content. */
  readonly size: number;
}

/** A pointer file is shorter than this (git-lfs, docs/spec.md, "The Pointer"). */
const longestPointerBytes = 1024;

/**
 * What the bytes point to when they are a git-LFS pointer: lines of `key value`, `version` first, with `oid sha256:…` and `size`
 * (git-lfs, docs/spec.md). `undefined` for anything else.
 */
export function parseLfsPointer(bytes: Uint8Array): LfsPointer | undefined {
  if (bytes.byteLength >= longestPointerBytes) return undefined;
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/);
  if (lines[0] !== 'version https://git-lfs.github.com/spec/v1') return undefined;
  const oid = lines.map((line) => /^oid sha256:([0-9a-f]{64})$/.exec(line)?.[1]).find((match) => match !== undefined);
  const size = lines.map((line) => /^size (\d{1,15})$/.exec(line)?.[1]).find((match) => match !== undefined);
  return oid === undefined || size === undefined ? undefined : { oid, size: Number(size) };
}
