import * as z from 'zod';
import { changeStateSchema } from '../changes/change-state.ts';
import { modelDiffSchema } from '../diff/model-diff.ts';
import { measurementSchema } from '../measurement/measurement.ts';
import { metricNames } from '../measurement/metric-names.ts';
import { besideSchema } from './beside.ts';
import { budgetSchema } from './budget.ts';
import { answersSchema } from './compare-answers.ts';
import { pastSchema } from './past.ts';

/** `error` means that it could not be judged, which is never green. */
export const verdictSchema = z.enum(['pass', 'warn', 'fail', 'error']);
export type Verdict = z.infer<typeof verdictSchema>;

/** `absolute` in the metric's unit, `relative` as a fraction of the base; `null` when the base is 0. */
export const deltaSchema = z.strictObject({ absolute: z.number(), relative: z.number().nullable() });
export type Delta = z.infer<typeof deltaSchema>;

/** The part of a metric's delta that one layer brought, largest first. `what` says what changed there: `64 → 96 channels`. */
export const attributionSchema = z.strictObject({
  metric: z.enum(metricNames),
  layer: z.string().max(400),
  type: z.string().max(200),
  delta: z.number(),
  what: z.string().max(400),
});
export type Attribution = z.infer<typeof attributionSchema>;

/** A layer that the CPU runs in the head and did not run in the base. */
export const fallbackSchema = z.strictObject({
  layer: z.string().max(400),
  type: z.string().max(200),
  /** What ran it in the base; `null` for a new layer. */
  from: z.enum(['npu', 'gpu']).nullable(),
  /** Its part of the head's multiply-accumulates, and its time on the CPU in ms. */
  share: z.number(),
  latency: z.number().nullable(),
  /** Why, and what to use instead, as the runtime says it. */
  message: z.string().max(2000),
});
export type Fallback = z.infer<typeof fallbackSchema>;

/** A budget held against a comparison, and one human sentence: `peak RAM 71.2 KiB > 64 KiB`. */
export const judgementSchema = z.strictObject({
  budget: budgetSchema,
  verdict: verdictSchema,
  message: z.string().max(2000),
  /** What speaks against relying on it: `within the estimate's error of 10 %`. */
  caution: z.string().max(400).optional(),
});
export type Judgement = z.infer<typeof judgementSchema>;

/** Accuracy of base and head on the same samples, tested and not just subtracted (McNemar's exact test on the discordant pairs). */
export const accuracyTestSchema = z.strictObject({
  samples: z.number().int().positive(),
  /** Samples that only the base got right, and only the head. */
  lost: z.number().int().nonnegative(),
  gained: z.number().int().nonnegative(),
  /** head − base as a ratio, with its 95 % interval. */
  difference: z.number(),
  low: z.number(),
  high: z.number(),
  pValue: z.number(),
});
export type AccuracyTest = z.infer<typeof accuracyTestSchema>;

export const savingStepSchema = z.strictObject({
  pass: z.string().max(100),
  peakRam: z.number().optional(),
  flash: z.number().optional(),
  latency: z.number().optional(),
});
export type SavingStep = z.infer<typeof savingStepSchema>;

/** What optimising a model that is judged as committed would save, and how to get it. */
export const savingSchema = z.strictObject({
  recipe: z.string().max(400),
  /** What each pass brings when it joins those before it, negative where it saves: bytes, milliseconds. They sum to the whole. */
  steps: z.array(savingStepSchema).max(100),
  measurement: measurementSchema,
  /** A command to copy. */
  command: z.string().max(1000),
  /** The file's name among the artifacts. */
  file: z.string().max(400).optional(),
});
export type Saving = z.infer<typeof savingSchema>;

/** A recipe with which a change that fails would pass. */
export const proposalSchema = z.strictObject({
  recipe: z.string().max(400),
  /** The head, made by that recipe. */
  measurement: measurementSchema,
  /** A command to copy. */
  command: z.string().max(1000),
});
export type Proposal = z.infer<typeof proposalSchema>;

/** A recipe that was carried out on the head, and what it came to: bytes, ms, mJ, a share; `null` where it can't be had or was not worth taking. */
export const attemptSchema = z.strictObject({
  recipe: z.string().max(400),
  /** Whether the change would pass with it. */
  passes: z.boolean(),
  peakRam: z.number().nullable(),
  flash: z.number().nullable(),
  latency: z.number().nullable(),
  energy: z.number().nullable(),
  accuracy: z.number().nullable(),
});
export type Attempt = z.infer<typeof attemptSchema>;

/** One model on one target: base and head, what differs, and what the budgets say. */
export const comparisonSchema = z.strictObject({
  model: z.string().max(4096),
  /** The path in the base, when it was renamed. */
  previousPath: z.string().max(4096).optional(),
  /** `Target.name` and `Target.id`. */
  target: z.string().max(200),
  targetId: z.string().max(200),
  state: changeStateSchema,
  base: measurementSchema.nullable(),
  head: measurementSchema.nullable(),
  deltas: z.partialRecord(z.enum(metricNames), deltaSchema),
  attributions: z.array(attributionSchema).max(200),
  /** What became of which operator; `null` where there are no two models to compare. */
  diff: modelDiffSchema.nullable(),
  accuracyTest: accuracyTestSchema.nullable(),
  /** What base and head answered, where an evaluation set was run. */
  answers: answersSchema.nullable(),
  /** What newly falls back to the CPU on a target with an accelerator, the most work first. */
  fallbacks: z.array(fallbackSchema).max(50),
  saving: savingSchema.nullable(),
  proposal: proposalSchema.nullable(),
  /** The recipes that were tried in looking for the proposal, in that order. */
  attempts: z.array(attemptSchema).max(200),
  /** The head beside a public network, where the configuration names one. */
  beside: besideSchema.nullable(),
  /** Where the metrics have been on the default branch, as far as that was recorded. */
  past: pastSchema.nullable(),
  judgements: z.array(judgementSchema).max(200),
  /** Why it could not be judged, when `verdict` is `error`; one sentence each. */
  problems: z.array(z.string().max(2000)).max(50),
  verdict: verdictSchema,
});
export type Comparison = z.infer<typeof comparisonSchema>;
