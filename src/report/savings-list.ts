import { formatDifference, formatValue } from '../basics/format.ts';
import type { Comparison, Saving, SavingStep } from '../judge/comparison.ts';
import { metricWords } from '../judge/metric-words.ts';
import type { Measurement } from '../measurement/measurement.ts';
import { code } from './escape.ts';
import { passWords } from './pass-words.ts';

const savable = ['flash', 'peakRam', 'latency'] as const;

/** What optimising would save, by pass, with the command that does it, for models that are judged as committed. */
export function savingsList(comparisons: readonly Comparison[]): string {
  return comparisons
    .flatMap(({ saving, head, model, target }) => {
      if (saving === null || head === null) return [];
      const saved = savedWords(saving, head);
      if (saved === '') return [];
      const file = saving.file === undefined ? '' : ` (${code(saving.file)} among the artifacts)`;
      return [
        `- ${code(model)} on ${code(target)}: recipe ${code(saving.recipe)} saves ${saved}${file}  \n  ${code(saving.command, 400)}`,
        ...stepsByGain(saving).map(
          (step) => `  - ${code(step.pass)}${passWords(step.pass)}: ${stepWords(step, head).join(', ')}`,
        ),
      ];
    })
    .join('\n');
}

/** The steps of a saving, those that bring most first; a single one says nothing that the whole does not. */
export function stepsByGain({ steps }: Saving): readonly SavingStep[] {
  const gain = ({ peakRam = 0, flash = 0 }: SavingStep) => peakRam + flash;
  return steps.length < 2 ? [] : steps.toSorted((left, right) => gain(left) - gain(right));
}

/** What a step changes: `−31.2 KiB peak RAM`. */
export function stepWords(step: SavingStep, head: Measurement): readonly string[] {
  return savable.flatMap((name) => {
    const change = step[name];
    if (change === undefined) return [];
    return [`${about(head, name)}${formatDifference(change, metricWords[name].quantity)} ${metricWords[name].title}`];
  });
}

/** What a saving takes off the head's metrics, `≈ 18 KiB peak RAM, 41 KiB flash`; empty where it takes off nothing. */
export function savedWords({ measurement }: Saving, head: Measurement): string {
  return savable
    .flatMap((name) => {
      const less = (head[name]?.value ?? 0) - (measurement[name]?.value ?? Number.POSITIVE_INFINITY);
      if (less <= 0) return [];
      return [`${about(head, name)}${formatValue(less, metricWords[name].quantity)} ${metricWords[name].title}`];
    })
    .join(', ');
}

const about = (head: Measurement, name: (typeof savable)[number]) => (head[name]?.basis === 'modelled' ? '≈ ' : '');
