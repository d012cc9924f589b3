import * as z from 'zod';
import type { Answers } from '../accuracy/accuracy.ts';

/** Entries of a confusion matrix and samples at most; the most frequent and the first are kept. */
const mostCells = 10_000;
const mostSamples = 500;

const indexSchema = z.number().int().nonnegative();
/** How often samples of a class were given another, or the same. */
const cellSchema = z.strictObject({ label: indexSchema, answer: indexSchema, count: z.number().int().positive() });
export type ConfusionCell = z.infer<typeof cellSchema>;

/** What base and head answered on the evaluation set. */
export const answersSchema = z.strictObject({
  classes: z.number().int().positive(),
  samples: z.number().int().positive(),
  base: z.array(cellSchema).max(mostCells).nullable(),
  head: z.array(cellSchema).max(mostCells),
  /** Samples whose answer is another in the head, by their place in the set. */
  changed: z
    .array(z.strictObject({ sample: indexSchema, label: indexSchema, base: indexSchema, head: indexSchema }))
    .max(mostSamples),
  /** How many there are, also those that are not listed. */
  changedCount: indexSchema,
});
export type ComparedAnswers = z.infer<typeof answersSchema>;

/** Both sides' answers on the same samples; without the base's where the set or its labels are others. `null` without the head's. */
export function compareAnswers(base: Answers | undefined, head: Answers | undefined): ComparedAnswers | null {
  if (head === undefined || head.labels.length === 0) return null;
  const same =
    base !== undefined &&
    base.labels.length === head.labels.length &&
    base.labels.every((label, at) => label === head.labels[at]);
  const before = same ? base : undefined;
  const changed =
    before === undefined ? [] : [...head.chosen.keys()].filter((at) => before.chosen[at] !== head.chosen[at]);
  return {
    classes: Math.max(head.classes, before?.classes ?? 0),
    samples: head.labels.length,
    base: before === undefined ? null : confusionOf(before),
    head: confusionOf(head),
    changed: changed.slice(0, mostSamples).map((sample) => ({
      sample,
      label: head.labels[sample] ?? 0,
      base: before?.chosen[sample] ?? 0,
      head: head.chosen[sample] ?? 0,
    })),
    changedCount: changed.length,
  };
}

function confusionOf({ labels, chosen }: Answers): ConfusionCell[] {
  const cells = new Map<string, ConfusionCell>();
  for (const [sample, label] of labels.entries()) {
    const answer = chosen[sample] ?? 0;
    const key = `${label} ${answer}`;
    cells.set(key, { label, answer, count: (cells.get(key)?.count ?? 0) + 1 });
  }
  return [...cells.values()]
    .sort((one, other) => other.count - one.count || one.label - other.label || one.answer - other.answer)
    .slice(0, mostCells);
}
