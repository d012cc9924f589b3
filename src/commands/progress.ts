import { loggedProgress, type WorkProgress } from '../basics/work-progress.ts';
import { paintWith } from '../report/look.ts';
import { columnsOf, shorten } from '../report/shorten.ts';
import type { Output } from './output.ts';

/** Progress that goes away when the work is over. */
export interface ShownProgress extends WorkProgress {
  readonly end: () => void;
}

const milliseconds = { betweenUpdates: 100, beforeEstimate: 2000 };
const barColumns = 20;
const shortestName = 12;

/**
 * Progress on a terminal as a line that is replaced: what is being done, a bar, counts, the time that is left.
 * Elsewhere, as in a workflow's log, a line for each step and one every few seconds for its samples.
 */
export function openProgress(output: Output, now: () => number = () => performance.now()): ShownProgress {
  const { status } = output;
  if (status === undefined) {
    return { ...loggedProgress(output.note), end: () => {} };
  }
  const start = now();
  const paint = paintWith(output.noteOptions ?? {});
  let steps = { what: '', done: 0, total: 1 };
  let samples = { done: 0, total: 0, since: start };
  let last = Number.NEGATIVE_INFINITY;
  const show = (isDue: boolean) => {
    const time = now();
    if (!isDue && time - last < milliseconds.betweenUpdates) return;
    last = time;
    const columns = (output.noteOptions?.width ?? 80) - 1;
    status(paint('faint', progressLine(steps, samples, { start, now: time }, columns)));
  };
  return {
    step: (what, done, total) => {
      steps = { what, done, total };
      samples = { done: 0, total: 0, since: now() };
      show(true);
    },
    samples: (done, total) => {
      // Calibration and evaluation each count their own.
      if (done < samples.done || total !== samples.total) samples = { done, total, since: now() };
      else samples = { ...samples, done };
      show(false);
    },
    end: () => status(''),
  };
}

function progressLine(
  { what, done, total }: { readonly what: string; readonly done: number; readonly total: number },
  samples: { readonly done: number; readonly total: number; readonly since: number },
  time: { readonly start: number; readonly now: number },
  columns: number,
): string {
  const ofSamples = samples.total === 0 ? 0 : samples.done / samples.total;
  const [share, since] = total > 1 ? [(done + ofSamples) / total, time.start] : [ofSamples, samples.since];
  const elapsed = time.now - since;
  const left =
    share > 0 && elapsed >= milliseconds.beforeEstimate ? [`${timeWords((elapsed / share) * (1 - share))} left`] : [];
  const filled = Math.round(share * barColumns);
  const parts = [
    ...(total > 1 ? [`${done} of ${total}`] : []),
    ...(samples.total > 0 ? [`${samples.done} of ${samples.total} samples`] : []),
    ...left,
  ];
  const known =
    parts.length === 0 ? '' : `${'█'.repeat(filled)}${'░'.repeat(barColumns - filled)}  ${parts.join(' · ')}`;
  if (what === '') return known;
  return `${known}${known === '' ? '' : ' · '}${shorten(what, Math.max(shortestName, columns - columnsOf(known) - 3))}`;
}

/** A time that is left, for people: `40 s`, `3 min`, `1 h 20 min`. */
export function timeWords(duration: number): string {
  const seconds = Math.max(1, Math.round(duration / 1000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
