import { loggedProgress, type WorkProgress } from '../basics/progress.ts';
import { paintWith } from '../report/look.ts';
import { columnsOf, shorten } from '../report/shorten.ts';
import type { Output } from './output.ts';

/** Progress that goes away when the work is over. */
export interface ShownProgress extends WorkProgress {
  readonly end: () => void;
}

const milliseconds = { betweenUpdates: 100, beforeEstimate: 2000 };
/** The first samples wait for what is loaded, and tell nothing of the others. */
const samplesBeforeEstimate = 3;
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
  let steps: Steps = { what: '', done: 0, total: 1, since: start };
  let furthest = 0;
  let samples = { done: 0, total: 0, since: start };
  let last = Number.NEGATIVE_INFINITY;
  const show = (isDue: boolean) => {
    const time = now();
    if (!isDue && time - last < milliseconds.betweenUpdates) return;
    last = time;
    const columns = (output.noteOptions?.width ?? 80) - 1;
    // A step calibrates, tries and evaluates, each with samples of its own: the bar goes on from where it was.
    furthest = steps.total > 1 ? Math.max(furthest, shareOf(steps, samples)) : shareOf(steps, samples);
    status(paint('faint', progressLine(steps, samples, { start, now: time }, { columns, share: furthest })));
  };
  return {
    step: (what, done, total) => {
      steps = { what, done, total, since: done === steps.done ? steps.since : now() };
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

interface Steps {
  readonly what: string;
  readonly done: number;
  readonly total: number;
  /** When the last one was done. */
  readonly since: number;
}

interface Samples {
  readonly done: number;
  readonly total: number;
  readonly since: number;
}

interface Times {
  readonly start: number;
  readonly now: number;
}

function shareOf({ done, total }: Steps, samples: Samples): number {
  return (done + (samples.total === 0 ? 0 : samples.done / samples.total)) / total;
}

/** What all steps take if the others take as long as those that are done; unknown before the first is. */
function leftOfSteps({ done, total, since }: Steps, { start, now }: Times): number | undefined {
  if (total < 2 || done === 0 || now - start < milliseconds.beforeEstimate) return undefined;
  const each = (since - start) / done;
  return Math.max(each * total - (now - start), each * (total - done - 1));
}

/** What these samples take; not what comes after them. */
function leftOfSamples({ done, total, since }: Samples, { now }: Times): number | undefined {
  const elapsed = now - since;
  if (done < samplesBeforeEstimate || elapsed < milliseconds.beforeEstimate) return undefined;
  return (elapsed / done) * (total - done);
}

function progressLine(
  steps: Steps,
  samples: Samples,
  times: Times,
  { columns, share }: { readonly columns: number; readonly share: number },
): string {
  const { what, done, total } = steps;
  const [ofSteps, ofSamples] = [leftOfSteps(steps, times), leftOfSamples(samples, times)];
  const more = ofSteps === undefined && ofSamples !== undefined ? `, ${timeWords(ofSamples)} more` : '';
  const filled = Math.round(share * barColumns);
  const parts = [
    ...(total > 1 ? [`${done} of ${total}`] : []),
    ...(samples.total > 0 ? [`${samples.done} of ${samples.total} samples${more}`] : []),
    ...(ofSteps === undefined ? [] : [`${timeWords(ofSteps)} left`]),
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
