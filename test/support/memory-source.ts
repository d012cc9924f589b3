import type { FileSource } from '../../src/data/data-set.ts';

/** Files in memory, by path. */
export function memorySource(files: Readonly<Record<string, Uint8Array>>, pieceBytes = 1000): FileSource {
  return {
    read: async (path) => files[path],
    pieces: async (path) => {
      const bytes = files[path];
      return bytes === undefined ? undefined : piecesOf(bytes, pieceBytes);
    },
    list: async (path) => {
      const inside = Object.keys(files).filter((file) => file.startsWith(`${path}/`));
      return inside.length === 0 ? undefined : inside.map((file) => file.slice(path.length + 1));
    },
  };
}

export async function* piecesOf(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}
