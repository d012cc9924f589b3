import type { Progress } from './accuracy.ts';

/** Milliseconds between two lines; most runs over a data set end before the first. */
const interval = 3000;

/** Turns the progress of a calibration or an evaluation into lines for people, one every few seconds. */
export function progressLines(log: (line: string) => void): Progress {
  let last = performance.now();
  return (done, total) => {
    const now = performance.now();
    if (now - last < interval || done === total) return;
    last = now;
    log(`  ${done} of ${total} samples`);
  };
}
