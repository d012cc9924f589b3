import { UserError } from '../errors.ts';
import { expandBraces, mostAlternatives } from './braces.ts';

/** A piece of a glob. `folders` is `**` before a `/`: any number of whole folders; `rest` is `**` at the end. */
type Piece =
  | { readonly kind: 'letter'; readonly letter: string }
  | { readonly kind: 'any' | 'star' | 'folders' | 'rest' }
  | { readonly kind: 'set'; readonly isNegated: boolean; readonly ranges: readonly (readonly [string, string])[] };

/** Looking for the partners of braces takes time with the square of this. */
const mostLetters = 1000;

/** By glob: the same few are asked about every model on every target. */
const compiled = new Map<string, (path: string) => boolean>();

/**
 * A glob as the configuration and the inputs use it: `*` and `?` within a part of a path, `**` over parts, `[a-z]`, `[!a-z]`, `{a,b}`, `\` before what is to be a letter;
 * anchored at the repository's top, letter case counts.
 *
 * Matching takes time in proportion to the glob times the path, whatever they are. Globs and paths may come from a stranger,
 * and one that is turned into a regular expression can be made to take for ever.
 * @throws UserError when its braces stand for too many globs.
 */
export function globMatcher(glob: string): (path: string) => boolean {
  const known = compiled.get(glob);
  if (known !== undefined) return known;
  if (glob.length > mostLetters)
    throw new UserError(`A glob has ${glob.length} characters; at most ${mostLetters} are read.`);
  const alternatives = expandBraces(glob.replace(/^\.?\//, ''));
  if (alternatives === undefined) {
    throw new UserError(`The braces of ${JSON.stringify(glob)} stand for more than ${mostAlternatives} globs.`);
  }
  const patterns = alternatives.map(parse);
  const matches = (path: string) => patterns.some((pieces) => isMatch(pieces, Array.from(path)));
  compiled.set(glob, matches);
  return matches;
}

function parse(glob: string): readonly Piece[] {
  const letters = Array.from(glob);
  const pieces: Piece[] = [];
  for (let index = 0; index < letters.length; ) {
    const letter = letters[index] ?? '';
    if (letter === '*') {
      let end = index;
      while (letters[end] === '*') end++;
      const isWholePart = end - index >= 2 && (index === 0 || letters[index - 1] === '/');
      const isFolders = isWholePart && letters[end] === '/';
      pieces.push({ kind: isFolders ? 'folders' : isWholePart && end === letters.length ? 'rest' : 'star' });
      index = isFolders ? end + 1 : end;
    } else if (letter === '?') {
      pieces.push({ kind: 'any' });
      index++;
    } else if (letter === '[') {
      const set = parseSet(letters, index);
      pieces.push(set?.piece ?? { kind: 'letter', letter });
      index = set?.end ?? index + 1;
    } else {
      const isEscape = letter === '\\' && index + 1 < letters.length;
      pieces.push({ kind: 'letter', letter: isEscape ? (letters[index + 1] ?? '') : letter });
      index += isEscape ? 2 : 1;
    }
  }
  return pieces;
}

/** `[abc]`, `[a-z]`, `[!a]` or `[^a]`; a `]` that comes first is a letter. `undefined` when nothing closes it. */
function parseSet(letters: readonly string[], start: number): { piece: Piece; end: number } | undefined {
  const isNegated = letters[start + 1] === '!' || letters[start + 1] === '^';
  const first = start + (isNegated ? 2 : 1);
  const close = letters.indexOf(']', first + 1);
  if (close < 0 || letters.slice(first, close).includes('/')) return undefined;
  const ranges: (readonly [string, string])[] = [];
  for (let index = first; index < close; index++) {
    const from = letters[index] ?? '';
    const isRange = letters[index + 1] === '-' && index + 2 < close;
    ranges.push([from, isRange ? (letters[index + 2] ?? '') : from]);
    if (isRange) index += 2;
  }
  return { piece: { kind: 'set', isNegated, ranges }, end: close + 1 };
}

/** From the last piece to the first: `matches[position]` is whether the pieces so far match the path from there to its end. */
function isMatch(pieces: readonly Piece[], path: readonly string[]): boolean {
  let matches: boolean[] = path.map(() => false);
  matches.push(true);
  for (const piece of [...pieces].reverse()) {
    const here: boolean[] = [];
    let afterFolder = false;
    for (let position = path.length; position >= 0; position--) {
      const letter = path[position];
      const skipped = matches[position] === true;
      // What `folders` gives one folder further on.
      if (letter === '/') afterFolder = here[position + 1] === true;
      const isOne = letter !== undefined && takes(piece, letter);
      if (piece.kind === 'rest') here[position] = true;
      else if (piece.kind === 'folders') here[position] = skipped || afterFolder;
      else if (piece.kind === 'star') here[position] = skipped || (isOne && here[position + 1] === true);
      else here[position] = isOne && matches[position + 1] === true;
    }
    matches = here;
  }
  return matches[0] === true;
}

function takes(piece: Piece, letter: string): boolean {
  if (piece.kind === 'letter') return piece.letter === letter;
  if (letter === '/') return false;
  if (piece.kind !== 'set') return true;
  return piece.ranges.some(([from, to]) => from <= letter && letter <= to) !== piece.isNegated;
}
