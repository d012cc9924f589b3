import type * as z from 'zod';
import { nearest, suggestion } from '../basics/nearest.ts';
import { propertyOf } from '../basics/records.ts';
import { knownKeys } from './json-schema.ts';
import type { Path } from './positions.ts';

/** What a schema found wrong, in words, with the place: the key itself or the value behind it. */
export interface Fault {
  readonly path: Path;
  readonly part: 'key' | 'value';
  readonly message: string;
}

type Issue = z.core.$ZodIssue;

/** Turns what zod found in `content` into sentences. Of a value that may be of several forms, the form that it has is explained. */
export function describeIssues(issues: readonly Issue[], content: unknown): readonly Fault[] {
  const placeOf = ({ path }: Issue) => JSON.stringify(path);
  const misspelt = new Set(issues.filter(({ code }) => code === 'unrecognized_keys').map(placeOf));
  // A map with a misspelt key may seem to say too little; the key is what is wrong.
  const telling = issues.filter((issue) => issue.code !== 'custom' || !misspelt.has(placeOf(issue)));
  return telling.flatMap((issue) => describe(issue, [], content));
}

function describe(issue: Issue, outer: Path, content: unknown): readonly Fault[] {
  const path = [...outer, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
  const value = valueAt(content, path);
  const at = (message: string, part: 'key' | 'value' = 'value'): readonly Fault[] => [{ path, part, message }];
  if (value === undefined && path.length > 0 && mayBeMissing.has(issue.code)) {
    return at(`"${String(path.at(-1))}" is missing`, 'key');
  }
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.slice(0, mostKeys).map((key) => ({
        path: [...path, key],
        part: 'key',
        message: unknownKey(key, knownKeys(path)),
      }));
    case 'invalid_union': {
      const form = issue.errors.find(
        (found) => !found.some(({ code, path: inner }) => code === 'invalid_type' && inner.length === 0),
      );
      return form === undefined
        ? at(`${lastKey(path)}${issue.message}, ${isNot(value)}`)
        : form.flatMap((inner) => describe(inner, path, content));
    }
    case 'invalid_type':
      return at(`${lastKey(path)}must be ${expectedNames[issue.expected] ?? issue.expected}, ${isNot(value)}`);
    case 'invalid_value':
      return at(`${lastKey(path)}${notAmong(value, issue.values.map(String))}`);
    case 'invalid_key':
      return at(issue.issues[0]?.message ?? issue.message, 'key');
    case 'too_big':
      return at(`${lastKey(path)}is too long or too large: at most ${issue.maximum}`);
    case 'custom':
    case 'too_small':
    case 'invalid_format':
      return at(`${lastKey(path)}${issue.message}`);
    default:
      return at(issue.message);
  }
}

/** Unknown keys of a map that are told. */
const mostKeys = 20;

/** What zod says of a value that is not there. */
const mayBeMissing: ReadonlySet<string> = new Set(['invalid_type', 'invalid_value', 'invalid_union', 'custom']);

const expectedNames: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
};

/** `unknown key "peek-ram"; did you mean "peak-ram"?` */
function unknownKey(key: string, known: readonly string[]): string {
  return `unknown key ${JSON.stringify(key.slice(0, 100))}${suggestion(key, known)}`;
}

/** `"eror" is not one of off, warn, error; did you mean "error"?` */
function notAmong(value: unknown, known: readonly string[]): string {
  const one = known.length === 1 ? `must be ${known[0]}` : `must be one of ${known.join(', ')}`;
  const close = typeof value === 'string' ? nearest(value, known) : undefined;
  return `${one}, ${isNot(value)}${close === undefined ? '' : `; did you mean "${close}"?`}`;
}

function isNot(value: unknown): string {
  if (value === null) return 'not empty';
  if (Array.isArray(value)) return 'not a list';
  if (typeof value === 'object') return 'not a map';
  return `not ${JSON.stringify(value)?.slice(0, 100)}`;
}

/** `peak-ram.max: `, the last keys of a path, so that the sentence stands by itself. */
function lastKey(path: Path): string {
  const named = path.filter((step) => typeof step === 'string').slice(-2);
  return named.length === 0 ? '' : `${named.join('.')}: `;
}

function valueAt(content: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, step) => propertyOf(value, String(step)), content);
}
