import { freeArrays } from '../basics/free-arrays.ts';
import type { BoundInput } from './bind-inputs.ts';
import type { DataSet, Sample } from './data-set.ts';

/**
 * Gives a sample back that was bound and run and that nobody looks at again. What it was bound as is freed at once: the garbage collector would let 30 MB of such arrays pile up first.
 * Nothing happens where the data set may give the same sample again.
 */
export function releaseSample({ release }: DataSet, sample: Sample, bound: Readonly<Record<string, BoundInput>>): void {
  if (release === undefined) return;
  const given = new Set(Object.values(sample).map(({ data }) => data.buffer));
  freeArrays(Object.values(bound).flatMap(({ data }) => (given.has(data.buffer) ? [] : [data])));
  release(sample);
}
