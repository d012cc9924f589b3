/** Hears how many samples of how many have been given to the model. */
export type Progress = (done: number, total: number) => void;

/** Hears how far long work has come. */
export interface WorkProgress {
  /** So many of the steps are done, and this one begins. Steps may be under way at once. */
  readonly step: (what: string, done: number, total: number) => void;
  /** How many of its samples a step has been through. */
  readonly samples: Progress;
}

/** Milliseconds between two lines about samples; most runs over a data set end before the first. */
const interval = 3000;

/** A line for each step and one every few seconds for its samples, as a workflow's log has it. */
export function loggedProgress(log: (line: string) => void): WorkProgress {
  let last = performance.now();
  return {
    step: (what) => log(what),
    samples: (done, total) => {
      const now = performance.now();
      if (now - last < interval || done === total) return;
      last = now;
      log(`  ${done} of ${total} samples`);
    },
  };
}
