import { type HistoryLine, keyOf, lineText, parseLine } from './line.ts';

/** The data branch unless somebody names another. */
export const defaultHistoryBranch = 'edge-ready-history';

/** The page beside the data, which GitHub Pages can publish, and what keeps Pages from building anything. */
export const trendPageFile = 'index.html';
export const noJekyllFile = '.nojekyll';

/** The texts of the data branch's month files, by name: `2026-11.jsonl`, and `2026-11-2.jsonl` where one grew too large. */
export type HistoryFiles = ReadonlyMap<string, string>;

/** A history as it was read: its lines by time of their commits, and how many lines were not understood. */
export interface History {
  readonly lines: readonly HistoryLine[];
  readonly ignored: number;
}

export const emptyHistory: History = { lines: [], ignored: 0 };

/** Months that are read, the newest: more than anybody looks at. */
const filesLimit = 120;
/** Bytes of a file that is read. */
export const fileBytesLimit = 4 * 2 ** 20;
/** Characters from which on a month goes on in another file, so that an append stays cheap. */
const fullCharacters = 2 ** 20;
/** Lines that are kept of all files, the newest. */
const linesLimit = 200_000;

const monthFile = /^(\d{4}-\d{2})(?:-(\d{1,3}))?\.jsonl$/;

/** True for the name of a file that holds lines. */
export function isHistoryFile(name: string): boolean {
  return monthFile.test(name);
}

/** The files that are worth reading among all of a branch, oldest first. */
export function filesToRead(names: readonly string[]): readonly string[] {
  return names.filter(isHistoryFile).sort(byMonth).slice(-filesLimit);
}

/** The lines of files that anybody may have written. What is none is counted and left out; of lines about the same the last one holds. */
export function readHistory(files: HistoryFiles): History {
  const lines = new Map<string, HistoryLine>();
  let ignored = 0;
  for (const name of filesToRead([...files.keys()])) {
    for (const text of linesOf(files.get(name) ?? '')) {
      const line = parseLine(text);
      if (line === undefined) ignored += 1;
      else lines.set(keyOf(line), line);
    }
  }
  const ordered = [...lines.values()].sort((one, other) => one.time - other.time);
  return { lines: ordered.slice(-linesLimit), ignored };
}

/**
 * The files that change when lines are added, with their new texts. A line about the same commit, model and target is replaced where it stands;
 * where there are several, there is one then. Every other line stays as it is, also one that is not understood. Nothing changes where every line is there already.
 * `names` are all files that there are: one that was too large to be read stays as it is, and the month goes on in another.
 */
export function addLines(
  files: HistoryFiles,
  added: readonly HistoryLine[],
  names: readonly string[] = [...files.keys()],
): HistoryFiles {
  const changed = new Map<string, string>();
  for (const month of new Set(added.map(monthOf))) {
    const fresh = new Map(
      added.filter((line) => monthOf(line) === month).map((line) => [keyOf(line), lineText(line)] as const),
    );
    const placed = new Set<string>();
    const parts = partsOf(month, names);
    for (const name of parts) {
      const before = linesOf(files.get(name) ?? '');
      const after = before.flatMap((text) => replaced(text, fresh, placed));
      if (after.length < before.length || after.some((text, index) => text !== before[index]))
        changed.set(name, textFrom(after));
    }
    let name = parts.at(-1) ?? `${month}.jsonl`;
    const isUnread = parts.length > 0 && !files.has(name);
    let text = isUnread ? undefined : (changed.get(name) ?? files.get(name) ?? '');
    for (const [key, line] of fresh) {
      if (placed.has(key)) continue;
      if (text === undefined || text.length >= fullCharacters) {
        name = `${month}-${partNumber(name) + 1}.jsonl`;
        text = '';
      }
      text = `${text === '' || text.endsWith('\n') ? text : `${text}\n`}${line}\n`;
      changed.set(name, text);
    }
  }
  return changed;
}

/** What stands for a line now: itself, what replaces it, or nothing where that was placed already, as of lines about the same the last would hold. */
function replaced(text: string, fresh: ReadonlyMap<string, string>, placed: Set<string>): readonly string[] {
  const line = parseLine(text);
  const key = line === undefined ? undefined : keyOf(line);
  const now = key === undefined ? undefined : fresh.get(key);
  if (key === undefined || now === undefined) return [text];
  if (placed.has(key)) return [];
  placed.add(key);
  return [now];
}

/** `2026-11`, by the clock of Greenwich, so that every machine takes the same file. */
function monthOf({ time }: HistoryLine): string {
  return new Date(time * 1000).toISOString().slice(0, 7);
}

function partsOf(month: string, names: readonly string[]): readonly string[] {
  return names.filter((name) => monthFile.exec(name)?.[1] === month).sort(byMonth);
}

function partNumber(name: string): number {
  return Number(monthFile.exec(name)?.[2] ?? 1);
}

function byMonth(one: string, other: string): number {
  const [left = '', right = ''] = [one, other].map((name) => monthFile.exec(name)?.[1] ?? '');
  if (left !== right) return left < right ? -1 : 1;
  return partNumber(one) - partNumber(other);
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

function textFrom(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
