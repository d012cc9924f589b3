import { type Arrangement, at, boundariesOf, byExtent, canonical, isSame, product, refined } from './arrangement.ts';

/** Two arrangements in the same factors, and the order that makes the second of the first: `to[i]` is `from[permutation[i]]`. */
export interface Rearrangement {
  readonly extents: readonly number[];
  readonly permutation: readonly number[];
}

/** How elements in one arrangement become those in another, in as few axes as it takes; `undefined` where their factors do not divide. */
export function rearrangement(from: Arrangement, to: Arrangement): Rearrangement | undefined {
  const source = refined(from, boundariesOf(to));
  const target = refined(to, boundariesOf(from));
  if (source === undefined || target === undefined || source.length !== target.length) return undefined;
  const order = target.map(({ extent, stride }) =>
    source.findIndex((factor) => factor.stride === stride && factor.extent === extent),
  );
  if (order.includes(-1)) return undefined;
  return merged(
    source.map(({ extent }) => extent),
    order,
  );
}

/** Axes that stay neighbours in the permutation become one. */
function merged(extents: readonly number[], order: readonly number[]): Rearrangement {
  const runs: number[][] = [];
  for (const axis of order) {
    const run = runs.at(-1);
    if (run !== undefined && run.at(-1) === axis - 1) run.push(axis);
    else runs.push([axis]);
  }
  const sorted = runs.toSorted((a, b) => (a[0] as number) - (b[0] as number));
  return {
    extents: sorted.map((run) => product(run.map((axis) => at(extents, axis)))),
    permutation: runs.map((run) => sorted.indexOf(run)),
  };
}

/** How axes of a stored shape are permuted to give another shape and arrangement at once; `undefined` where they cannot. */
export function axisPermutation(
  from: { readonly arrangement: Arrangement; readonly shape: readonly number[] },
  to: { readonly arrangement: Arrangement; readonly shape: readonly number[] },
): readonly number[] | undefined {
  if (from.shape.length !== to.shape.length) return undefined;
  const source = byExtent(from.arrangement, from.shape)?.map(canonical);
  const target = byExtent(to.arrangement, to.shape)?.map(canonical);
  if (source === undefined || target === undefined) return undefined;
  const taken = new Set<number>();
  const permutation = target.map((group) => {
    const axis = source.findIndex((candidate, index) => !taken.has(index) && isSame(candidate, group));
    taken.add(axis);
    return axis;
  });
  return permutation.includes(-1) ? undefined : permutation;
}

/** A stored tensor's order of elements, and its shape. */
interface Lying {
  readonly arrangement: Arrangement;
  readonly shape: readonly number[];
}

/** The shape of `of`, its extents in the order in which their elements lie in `like`: extents of 1 first. */
export function sortedShape(of: Lying, like: Arrangement): readonly number[] | undefined {
  const groups = byExtent(of.arrangement, of.shape);
  if (groups === undefined) return undefined;
  // A factor lies where the first one of `like` is that has its stride within.
  const place = (stride: number) =>
    like.findIndex((factor) => factor.stride <= stride && stride < factor.stride * factor.extent);
  const keys = groups.map(([outermost]) =>
    outermost === undefined ? [-1, 0] : [place(outermost.stride), -outermost.stride],
  );
  const order = groups.map((_, axis) => axis).sort((a, b) => compare(keys[a] ?? [], keys[b] ?? []));
  return order.map((axis) => at(of.shape, axis));
}

function compare([a = 0, b = 0]: readonly number[], [c = 0, d = 0]: readonly number[]): number {
  return a - c || b - d;
}
