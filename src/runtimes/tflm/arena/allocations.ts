import { alignUp } from '../../plan/buffers.ts';
import type { Part } from '../../runtime.ts';

/** A piece at the arena's end: whose it is, its size and its alignment. */
export interface Allocation {
  readonly name: string;
  readonly bytes: number;
  readonly alignment: number;
}

/** Pieces of one owner and one alignment. */
export function group(name: string, bytes: readonly number[], alignment: number): readonly Allocation[] {
  return bytes.map((size) => ({ name, bytes: size, alignment }));
}

/** Stacks allocations downwards from an aligned address: the bytes in all, and by name with what alignment adds. */
export function stack(allocations: readonly Allocation[]): { readonly bytes: number; readonly parts: readonly Part[] } {
  const byName = new Map<string, number>();
  let bytes = 0;
  for (const allocation of allocations) {
    const end = alignUp(bytes + allocation.bytes, allocation.alignment);
    byName.set(allocation.name, (byName.get(allocation.name) ?? 0) + end - bytes);
    bytes = end;
  }
  return { bytes, parts: [...byName].map(([name, size]) => ({ name, bytes: size })) };
}
