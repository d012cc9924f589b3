import type { Resources } from './kernel.ts';
import type { TypedArray } from './values.ts';

/** A model's resource variables, all unassigned; `reset` makes them so again and keeps their numbers. */
export function makeResources(): Resources & { readonly reset: () => void } {
  const ids = new Map<string, number>();
  const contents = new Map<number, TypedArray>();
  return {
    idOf(container, name) {
      const key = JSON.stringify([container, name]);
      const id = ids.get(key) ?? ids.size;
      ids.set(key, id);
      return id;
    },
    get: (id) => contents.get(id),
    set: (id, content) => void contents.set(id, content),
    reset: () => contents.clear(),
  };
}
