import { mutateBytes } from './mutate-bytes.ts';
import type { Random } from './random.ts';

/** A place in a tree of records, lists and scalars: what holds it, and under which key. */
interface Place {
  readonly holder: Record<string, unknown> | unknown[];
  readonly key: string | number;
  /** The nearest name above it: of a list's elements, that of the list. */
  readonly name: string;
}

const numbers = [
  0,
  1,
  -1,
  2,
  3,
  4,
  5,
  7,
  8,
  16,
  31,
  32,
  64,
  127,
  128,
  -128,
  255,
  256,
  1000,
  32767,
  65535,
  65536,
  2 ** 24,
  2 ** 31 - 1,
  -(2 ** 31),
  2 ** 32 - 1,
  2 ** 32,
  2 ** 40,
  2 ** 53 - 1,
  -(2 ** 53 - 1),
];
const fractions = [0, -0, 0.5, -1, 1e-45, 1e-10, 1e10, 3.4e38, -3.4e38, Number.NaN, Number.POSITIVE_INFINITY];
const texts = [
  '',
  ' ',
  'x',
  '.',
  '..',
  '../../../etc/passwd',
  '/etc/passwd',
  'C:\\x',
  'a\nb',
  'a\r\n::set-output name=x::y',
  '::add-mask::x',
  '##[error]x',
  '@team',
  '<!-- edge-ready-gate:gate v1 -->',
  '-->',
  '<script>',
  '|',
  '`',
  '\u202e',
  '\u0000',
  '\ud800',
  '__proto__',
  'constructor',
  'toString',
  'x'.repeat(300),
  '💥',
];

/** What mutation may take for names of one kind, such as operator types, wherever it finds one. */
export type Vocabulary = Readonly<Record<string, readonly (string | number)[]>>;

/**
 * A copy of `tree` with one to six changes that keep its form: scalars to their limits, names exchanged (which ties graphs into cycles),
 * parts removed, repeated, reordered, and replaced by parts of the same name of `donor`. `tree` is as deep as JSON allows it to be.
 */
export function mutateTree(tree: unknown, donor: unknown, random: Random, vocabulary: Vocabulary = {}): unknown {
  const copy = { root: structuredClone(tree) as unknown };
  const donors = placesOf({ root: donor });
  for (let left = 1 + random.below(6); left > 0; left--) {
    const places = placesOf(copy);
    if (places.length === 0) break;
    change(random.pick(places), { places, donors, random, vocabulary });
  }
  return copy.root;
}

interface Materials {
  readonly places: readonly Place[];
  readonly donors: readonly Place[];
  readonly random: Random;
  readonly vocabulary: Vocabulary;
}

function change(place: Place, materials: Materials): void {
  const { donors, random } = materials;
  const value = valueAt(place);
  const alike = donors.filter(({ name, key }) => name === place.name && typeof key === typeof place.key);
  const kind = random.below(10);
  if (kind === 0) remove(place);
  else if (kind === 1 && alike.length > 0) put(place, structuredClone(valueAt(random.pick(alike))));
  else if (kind === 2 && Array.isArray(place.holder)) repeat(place.holder, Number(place.key), random);
  else if (Array.isArray(value)) changeList(value, random);
  else put(place, changedScalar(place, value, materials));
}

function changedScalar(place: Place, value: unknown, { places, random, vocabulary }: Materials): unknown {
  const known = vocabulary[place.name];
  if (known !== undefined && typeof value === typeof known[0] && !random.chance(4)) return random.pick(known);
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) return random.pick(fractions);
    return random.chance(2) ? random.pick(numbers) : value + random.pick([1, -1, value, -2 * value]);
  }
  if (typeof value === 'bigint') return random.pick([0n, 1n, 2n ** 63n - 1n, -(2n ** 63n)]);
  if (typeof value === 'boolean') return !value;
  if (value instanceof Uint8Array) return random.chance(8) ? new Uint8Array(0) : mutateBytes(value, random);
  if (typeof value !== 'string') return value;
  const others = places.filter((other) => typeof valueAt(other) === 'string');
  return random.chance(3) ? random.pick(texts) : valueAt(random.pick(others));
}

function changeList(list: unknown[], random: Random): void {
  if (list.length === 0) return;
  const at = random.below(list.length);
  switch (random.below(4)) {
    case 0:
      list.length = at;
      return;
    case 1:
      list.reverse();
      return;
    case 2:
      list.push(...list.splice(at, 1));
      return;
    default:
      repeat(list, at, random);
  }
}

/** Repeats an element, mostly a few times, sometimes thousands of times where it is small. */
function repeat(list: unknown[], at: number, random: Random): void {
  const element = list[at];
  const isSmall = typeof element !== 'object';
  const times = random.chance(10) ? (isSmall ? 5000 : 100) : 1 + random.below(4);
  list.splice(at, 0, ...Array.from({ length: times }, () => structuredClone(element)));
}

function remove({ holder, key }: Place): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else if (key !== 'root') delete holder[key];
}

function valueAt({ holder, key }: Place): unknown {
  return (holder as Record<string | number, unknown>)[key];
}

function put({ holder, key }: Place, value: unknown): void {
  (holder as Record<string | number, unknown>)[key] = value;
}

/** Every place in the tree, lists of numbers up to a few elements, so that structure is hit as often as content. */
function placesOf(root: Record<string, unknown>): readonly Place[] {
  const places: Place[] = [];
  const visit = (holder: Record<string, unknown> | unknown[], name: string): void => {
    const entries = Array.isArray(holder) ? holder.slice(0, 64).entries() : Object.entries(holder);
    for (const [key, value] of entries) {
      const own = typeof key === 'string' ? key : name;
      if (own !== 'root' || typeof value !== 'object') places.push({ holder, key, name: own });
      if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
        visit(value as Record<string, unknown> | unknown[], own);
      }
    }
  };
  visit(root, 'root');
  return places;
}
