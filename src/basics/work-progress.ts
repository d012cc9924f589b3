import type { Progress } from '../accuracy/accuracy.ts';
import { progressLines } from '../accuracy/progress-lines.ts';

/** Hears how far long work has come. */
export interface WorkProgress {
  /** So many of the steps are done, and this one begins. Steps may be under way at once. */
  readonly step: (what: string, done: number, total: number) => void;
  /** How many of its samples a step has been through. */
  readonly samples: Progress;
}

/** A line for each step and one every few seconds for its samples, as a workflow's log has it. */
export function loggedProgress(log: (line: string) => void): WorkProgress {
  return { step: (what) => log(what), samples: progressLines(log) };
}
