import * as z from 'zod';

/** Rows of a diff at most: larger graphs have runs of neighbours joined to one row. */
export const mostRows = 1000;

/**
 * `same`: computes the same, if under another name. `changed`: `changes` say in what. `moved`: runs at another place among the others, and may be
 * changed too. `added` and `removed` have one side only.
 */
const rowKinds = ['same', 'changed', 'added', 'removed', 'moved'] as const;
const rowKindSchema = z.enum(rowKinds);
export type RowKind = z.infer<typeof rowKindSchema>;

/** What can differ between an operator and its counterpart. `opset` and `name` change nothing that is computed. */
const changeKinds = [
  'type',
  'shape',
  'data-type',
  'attribute',
  'weights',
  'quantisation',
  'connections',
  'placement',
  'opset',
  'name',
] as const;

const changeSchema = z.strictObject({
  what: z.enum(changeKinds),
  /** In words: `64 → 96 channels`, `stride 1×1 → 2×2`, `moved by 3.1 %`. */
  text: z.string().max(400),
});
export type RowChange = z.infer<typeof changeSchema>;

/** Changes that leave what is computed as it is. */
export const withoutEffect: ReadonlySet<RowChange['what']> = new Set<RowChange['what']>(['name', 'opset']);

/** Metrics whose difference is shared out among rows: bytes, milliseconds, millijoules, counts. */
export const diffMetrics = ['peakRam', 'flash', 'latency', 'energy', 'macs', 'parameters'] as const;
export type DiffMetric = (typeof diffMetrics)[number];
const metricSchema = z.enum(diffMetrics);

const indexSchema = z.number().int().nonnegative();
const rowIndices = z.array(indexSchema.max(mostRows - 1)).max(100);

/** An operator of base, head or both; or a run of neighbouring operators of one kind, told as one. */
const rowSchema = z.strictObject({
  kind: rowKindSchema,
  /** Operators that the row stands for; 1 but for runs. */
  count: z.number().int().positive(),
  /** Index among the operators of each side's model as it was committed, of a run's first; `null` where that side has none. */
  base: indexSchema.nullable(),
  head: indexSchema.nullable(),
  /** The operator's type and name, the head's where it has one. Of runs: the commonest types, and the first and the last name. */
  type: z.string().max(200),
  name: z.string().max(400),
  /** Type and shape of the first output: `int8 1×25×5×64`; `null` where there is none or it is not known. */
  baseOutput: z.string().max(200).nullable(),
  headOutput: z.string().max(200).nullable(),
  changes: z.array(changeSchema).max(12),
  /** Rows that this one reads from: in the head, of removed rows in the base. A row that reads a model's input only has none. */
  inputs: rowIndices,
  /** Rows that it read from in the base, where they are others. */
  baseInputs: rowIndices.optional(),
  /** Head − base of each metric, what is 0 left out. */
  deltas: z.partialRecord(metricSchema, z.number()),
});
export type DiffRow = z.infer<typeof rowSchema>;

/** What can have happened to a model, in the order in which it is told. */
const eventCodes = [
  'identical',
  're-exported',
  'unrelated',
  'format-changed',
  'quantised',
  'dequantised',
  'new-input-size',
  'interface-changed',
  'new-operator-kind',
  'deeper',
  'shallower',
  'wider',
  'narrower',
  'restructured',
  'settings-changed',
  're-quantised',
  'pruned',
  'retrained',
  'reordered',
  'memory-planned',
  'placement-changed',
] as const;

const eventSchema = z.strictObject({
  code: z.enum(eventCodes),
  /** One sentence. */
  text: z.string().max(600),
});
export type DiffEvent = z.infer<typeof eventSchema>;

/** A part of a metric's difference that no operator brought: code of the runtime, tables of the file. */
const restSchema = z.strictObject({
  metric: metricSchema,
  name: z.string().max(200),
  delta: z.number(),
  text: z.string().max(400),
});
export type DiffRest = z.infer<typeof restSchema>;

const totalSchema = z.strictObject({ base: z.number(), head: z.number(), delta: z.number() });

/** An input or an output of the model: `int8 1×49×10×1`, `null` on the side that has none. */
const endSchema = z.strictObject({
  role: z.enum(['input', 'output']),
  name: z.string().max(400),
  base: z.string().max(200).nullable(),
  head: z.string().max(200).nullable(),
});

/**
 * How the head's model differs from the base's, as both were committed, and which operators brought each metric's difference.
 * For every metric in `totals`, the rows' deltas and those of `rest` sum to the total's delta, in any order and without an error:
 * bytes and counts are whole, times and energies whole multiples of 2⁻³⁶.
 */
export const modelDiffSchema = z.strictObject({
  /** What happened, the most important first; one at least. */
  summary: z.array(eventSchema).min(1).max(eventCodes.length),
  /** Operators of each kind, `Constant` operators left out, which are constants of their readers; both sides' operators are `same + changed + moved` and what is `added` or `removed`. */
  counts: z.strictObject({
    same: indexSchema,
    changed: indexSchema,
    added: indexSchema,
    removed: indexSchema,
    moved: indexSchema,
  }),
  /** In the order in which the head runs them, what it lacks where it stood in the base. */
  rows: z.array(rowSchema).max(mostRows),
  ends: z.array(endSchema).max(200),
  rest: z.array(restSchema).max(100),
  /** Metrics that both sides have. */
  totals: z.partialRecord(metricSchema, totalSchema),
});
export type ModelDiff = z.infer<typeof modelDiffSchema>;
