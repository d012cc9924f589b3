import { checkIsHistory } from './branch.ts';
import { addLines, type History, type HistoryFiles, noJekyllFile, readHistory, trendPageFile } from './files.ts';
import type { HistoryLine } from './line.ts';

/** A data branch as it was read. */
export interface BranchState {
  /** Its commit; `undefined` where the branch does not exist yet. */
  readonly tip: string | undefined;
  /** All names at its top. */
  readonly names: readonly string[];
  readonly files: HistoryFiles;
}

/** Where a history is kept. */
export interface HistoryStore {
  readonly branch: string;
  readonly read: () => Promise<BranchState>;
  /** Puts files over what the tip has, in a commit on top of it. False where the branch is no longer where it was read: read again. */
  readonly write: (state: BranchState, files: ReadonlyMap<string, string>, message: string) => Promise<boolean>;
}

/** What to record: the lines for what is known by now, the commit's message, and the page of all that is then known. */
export interface RecordRequest {
  readonly lines: (known: History) => readonly HistoryLine[];
  readonly message: string;
  readonly page: (history: History) => string;
  /** Waits before the attempt of this number, so that two who were at it at once are not again; tests are less patient. */
  readonly pause?: (attempt: number) => Promise<void>;
}

/** What became of it: how many lines were new or different, in how many attempts. */
export interface Recorded {
  readonly lines: number;
  readonly attempts: number;
}

/** More than the pushes of a busy repository that end at the same moment. */
const attemptsLimit = 20;

/**
 * Adds lines to a history. Nobody waits for anybody: what is there is read, the lines are added, and the branch is moved only if it is still where it was read;
 * otherwise all is done again on what is there by then, so that of several at once none loses a line. Lines that are there already are not written again.
 * @throws UserError where the branch holds something else; Error where it keeps moving
 */
export async function recordLines(store: HistoryStore, request: RecordRequest): Promise<Recorded> {
  const { pause = waitAwhile } = request;
  for (let attempt = 1; attempt <= attemptsLimit; attempt += 1) {
    if (attempt > 1) await pause(attempt);
    const state = await store.read();
    checkIsHistory(store.branch, state.names);
    const known = readHistory(state.files);
    const lines = request.lines(known);
    const changed = addLines(state.files, lines, state.names);
    if (changed.size === 0) return { lines: 0, attempts: attempt };
    const page = request.page(readHistory(new Map([...state.files, ...changed])));
    const files = new Map([...changed, [trendPageFile, page], [noJekyllFile, '']]);
    if (await store.write(state, files, request.message)) return { lines: lines.length, attempts: attempt };
  }
  throw new Error(`the branch ${store.branch} was moved by others ${attemptsLimit} times in a row`);
}

/** From a quarter of a second on, longer each time, and never the same for two. */
function waitAwhile(attempt: number): Promise<void> {
  const most = 250 * Math.min(attempt, 8);
  return new Promise((resolve) => setTimeout(resolve, most * (0.5 + Math.random())));
}
