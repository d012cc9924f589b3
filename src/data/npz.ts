import type { DataArray } from './data-set.ts';
import { readNpy } from './npy.ts';
import { unpackNpz } from './unpack-npz.ts';

/**
 * The arrays of an `.npz` archive by name, all of them in memory.
 * @throws UserError that begins with `label` when it is damaged, too large, or no archive at all.
 */
export function readNpz(bytes: Uint8Array, label: string): Readonly<Record<string, DataArray>> {
  const unpacking = unpackNpz(label, () => {
    const held: Uint8Array[] = [];
    return { write: (piece) => void held.push(piece), bytes: () => Buffer.concat(held) };
  });
  unpacking.push(bytes);
  const arrays = [...unpacking.end()].map(
    ([name, content]) => [name, readNpy(content.bytes(), `${label}: array ${name}`)] as const,
  );
  return Object.fromEntries(arrays);
}
