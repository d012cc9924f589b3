import { z } from 'zod';
import { accuracyMetrics } from '../accuracy/accuracy-metric.ts';
import { expandBraces, mostAlternatives } from '../changes/braces.ts';
import { recipeSchema } from '../optimize/recipe.ts';
import { referenceNetworks } from '../reference-networks/reference-networks.ts';
import { arenaUses, policies } from '../schedule/task.ts';
import { modelClasses, useCases } from './preset-names.ts';
import {
  count,
  days,
  dropSchema,
  energy,
  frequency,
  increaseSchema,
  points,
  positiveSchema,
  power,
  quantitySchema,
  ratio,
  size,
  time,
  voltage,
} from './quantity.ts';
import { withForwardSlashes } from './windows-path.ts';

const levelSchema = z.enum(['off', 'warn', 'error']).meta({
  description: 'What exceeding it does: nothing, a warning, or a failed check. Without it: error.',
});

/** Workflows and configurations are the same file on all systems, so that separators of Windows are a mistake on each. */
const hasGitSeparators = (path: string) => withForwardSlashes(path) === undefined;
const separatorMistake = ({ input }: { readonly input?: unknown }) =>
  `must have "/" between folders, on Windows too: "${withForwardSlashes(String(input))}"`;

const globSchema = z
  .string()
  .min(1, { error: 'must not be empty' })
  .max(500, { error: 'must have at most 500 characters' })
  .refine((glob) => !glob.startsWith('/'), {
    error: 'must be a path from the repository\'s top, without a leading "/"',
  })
  .refine(hasGitSeparators, { error: separatorMistake })
  .refine((glob) => glob.length > 500 || expandBraces(glob) !== undefined, {
    error: `must not stand for more than ${mostAlternatives} globs by its braces`,
  })
  .meta({ description: 'A path from the repository\'s top; "*" matches within a folder, "**" over folders.' });

const pathSchema = z
  .string()
  .min(1, { error: 'must not be empty' })
  .max(4096)
  .refine((path) => !/^\/|^[A-Za-z]:[\\/]|(^|\/)\.\.(\/|$)/.test(path), {
    error: 'must be a path inside the repository, from its top',
  })
  .refine((path) => /^[A-Za-z]:/.test(path) || hasGitSeparators(path), { error: separatorMistake });

const nameSchema = z.string().min(1, { error: 'must not be empty' }).max(100);

function oneOrMany<S extends z.ZodType<string>>(schema: S) {
  return z
    .union([schema, z.array(schema).min(1, { error: 'must name at least one' }).max(1000)], {
      error: 'must be a text or a list of texts',
    })
    .transform((value): readonly string[] => (typeof value === 'string' ? [value] : (value as readonly string[])));
}

/** The limits of a metric that is better when it is smaller. */
function limits(kind: typeof size, what: string, increase: typeof size = kind) {
  return z
    .strictObject({
      max: quantitySchema(kind)
        .optional()
        .meta({ description: `The most it may be: ${kind.what}.` }),
      'max-increase': increaseSchema(increase).optional().meta({
        description:
          'The most it may grow over the base: a percentage, an amount, or a list of the two, both of which must be exceeded; over a tag or a commit: "10% since v1.2.0".',
      }),
      level: levelSchema.optional(),
    })
    .refine((rule) => Object.keys(rule).length > 0, { error: 'must say max, max-increase or level' })
    .optional()
    .meta({ description: what });
}

/** The limits of a share that is better when it is larger. */
function shareLimits(what: string) {
  return z
    .strictObject({
      min: quantitySchema(ratio)
        .optional()
        .meta({ description: `The least it may be: ${ratio.what}.` }),
      'max-drop': dropSchema()
        .optional()
        .meta({
          description: `The most it may fall below the base: ${points.what}; below a tag or a commit: "0.5 pp since v1.2.0".`,
        }),
      level: levelSchema.optional(),
    })
    .refine((rule) => Object.keys(rule).length > 0, { error: 'must say min, max-drop or level' })
    .optional()
    .meta({ description: what });
}

const batteryLimits = z
  .strictObject({
    min: quantitySchema(days)
      .optional()
      .meta({ description: `The least it may last: ${days.what}.` }),
    'max-drop': increaseSchema(days).optional().meta({
      description:
        'The most it may last less than the base: a percentage, a time, or a list of the two, both of which must be exceeded; than at a tag or a commit: "10% since v1.2.0".',
    }),
    level: levelSchema.optional(),
  })
  .refine((rule) => Object.keys(rule).length > 0, { error: 'must say min, max-drop or level' })
  .optional()
  .meta({ description: 'How long the battery of duty-cycle lasts.' });

const targetFields = {
  board: nameSchema.optional().meta({ description: 'A board, or board/runtime. "edge-ready targets" lists them.' }),
  file: pathSchema.optional().meta({ description: 'A board of your own: its YAML file, instead of "board".' }),
  runtime: nameSchema
    .optional()
    .meta({ description: "With file: one of the board's runtimes. Without it: its default." }),
  clock: positiveSchema(frequency)
    .optional()
    .meta({ description: "The clock that the firmware sets, where it is not the board file's." }),
  voltage: positiveSchema(voltage)
    .optional()
    .meta({ description: "The supply, where it is not the one that the board's power was taken at." }),
  'measure-with': z
    .string()
    .min(1)
    .max(4096)
    .refine((text) => /^https:\/\//.test(text) || pathSchema.safeParse(text).success, {
      error: 'must be an executable file of the repository, or an https address',
    })
    .optional()
    .meta({
      description:
        'What measures a model on the device: a program of the repository that is given the artifact and prints JSON, or the https address of such a result, with {sha256} and {target} filled in.',
    }),
  ram: positiveSchema(size).optional().meta({ description: 'RAM that the rest of the firmware leaves for the model.' }),
  flash: positiveSchema(size)
    .optional()
    .meta({ description: 'Flash that the rest of the firmware leaves for the model.' }),
};
const targetSchema = z
  .strictObject(targetFields)
  .refine(({ board, file }) => (board === undefined) !== (file === undefined), {
    error: 'must say either board or file',
  })
  .refine(({ runtime, file }) => runtime === undefined || file !== undefined, {
    error: 'runtime goes with file; with board write board/runtime',
  })
  .meta({ oneOf: [{ required: ['board'] }, { required: ['file'] }] });

const targetNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, { error: 'a target\'s name has letters, digits, ".", "_" and "-" only' });

/** What feeds the device, and what it takes when nothing runs. */
const supplyFields = {
  battery: nameSchema.optional().meta({
    description: 'CR2032, CR2477, AA, AAA, 18650, several in series such as 2xAA, or a pack such as lipo-500mAh.',
  }),
  sleep: quantitySchema(power)
    .optional()
    .meta({ description: "What the device takes between two inferences. Without it: the board's figure." }),
};

const modelSchema = z.strictObject({
  path: oneOrMany(globSchema),
  targets: oneOrMany(nameSchema).optional().meta({ description: 'The targets that it ships to. Without it: all.' }),
  'use-case': z.enum(useCases).optional().meta({ description: 'A preset of budgets for what the model is for.' }),
  class: z.enum(modelClasses).optional().meta({ description: 'A preset of budgets for how large the model may be.' }),
  reference: z
    .enum([...referenceNetworks.keys()])
    .optional()
    .meta({
      description: "A public network whose RAM, flash and latency on the same target the model's are shown beside.",
    }),
  recipe: recipeSchema
    .optional()
    .meta({ description: 'What optimisation may do to the model before it ships. Without it: auto.' }),
  calibration: pathSchema.optional().meta({ description: 'The data set that activation ranges are taken from.' }),
  evaluation: z
    .strictObject({
      data: pathSchema,
      metric: z.enum(accuracyMetrics).default('top-1'),
    })
    .optional()
    .meta({ description: 'The labelled data set that accuracy is taken on.' }),
  'duty-cycle': z
    .strictObject({
      every: positiveSchema(time).meta({ description: 'The period: an inference begins this often.' }),
      ...supplyFields,
    })
    .optional()
    .meta({ description: 'How often the model runs, and from which battery.' }),
  dimensions: z
    .record(nameSchema, z.number().int({ error: 'must be a whole number' }).positive({ error: 'must be more than 0' }))
    .optional()
    .meta({
      description:
        'Sizes for the open dimensions of an ONNX model, by name or, where they have none, by place as in x[1]. What ships has them fixed.',
    }),
});

/** The metrics that a budget may limit, as keys of its entry. */
export const budgetMetricsShape = {
  'peak-ram': limits(size, 'RAM at the worst moment of an inference.'),
  flash: limits(size, 'The model and the code of the runtime that it needs.'),
  latency: limits(time, 'Time of one inference.'),
  energy: limits(energy, 'Energy of one inference.'),
  accuracy: shareLimits('Accuracy on the evaluation set.'),
  accelerated: shareLimits('Share of the multiply-accumulates that the accelerator (NPU, GPU) runs.'),
  'average-power': limits(power, 'Power on average over the period of duty-cycle.'),
  duty: limits(ratio, 'Share of the period of duty-cycle in which the model runs.', points),
  battery: batteryLimits,
  parameters: limits(count, 'Weights of the model.'),
  'model-size': limits(size, 'Bytes of the model file as committed.'),
};

const budgetSchema = z
  .strictObject({
    models: oneOrMany(globSchema).optional().meta({ description: 'The models it is for. Without it: all.' }),
    targets: oneOrMany(nameSchema).optional().meta({ description: 'The targets it is for. Without it: all.' }),
    ...budgetMetricsShape,
  })
  .refine((rule) => Object.keys(rule).some((key) => key !== 'models' && key !== 'targets'), {
    error: `limits nothing: add ${Object.keys(budgetMetricsShape)
      .join(', ')
      .replace(/, ([^,]+)$/, ' or $1')}`,
  });

const taskSchema = z
  .strictObject({
    model: pathSchema.optional().meta({ description: "The model that runs, by its path from the repository's top." }),
    name: nameSchema.optional().meta({ description: 'What other work is called, instead of "model".' }),
    takes: positiveSchema(time).optional().meta({ description: 'With name: what a run of it takes at most.' }),
    every: positiveSchema(time).meta({ description: 'The period.' }),
    deadline: positiveSchema(time).optional().meta({
      description: 'How long after its arrival a run has to be finished. Without it: the period.',
    }),
    jitter: quantitySchema(time).optional().meta({
      description: 'How long after its arrival a run may become ready. Without it: 0.',
    }),
  })
  .refine(({ model, name }) => (model === undefined) !== (name === undefined), {
    error: 'must say either model, or name with takes',
  })
  .refine(({ name, takes }) => (name === undefined) === (takes === undefined), {
    error: 'takes goes with name; how long a model takes is measured',
  })
  .meta({ oneOf: [{ required: ['model'] }, { required: ['name', 'takes'] }] });

const { 'average-power': averagePower, duty, battery } = budgetMetricsShape;

const scheduleBudgetSchema = z
  .strictObject({ 'average-power': averagePower, duty, battery })
  .refine((budget) => Object.keys(budget).length > 0, {
    error: 'limits nothing: add average-power, duty or battery',
  })
  .refine((budget) => !JSON.stringify(budget).includes('"since":'), {
    error: 'a schedule is compared with the base only, without "since"',
  });

const scheduleSchema = z.strictObject({
  target: nameSchema.meta({ description: 'A name from targets, or a board.' }),
  policy: z.enum(policies).default('non-preemptive').meta({
    description:
      'How the core chooses between tasks. Without it: the shortest deadline first, and no inference is interrupted.',
  }),
  arenas: z
    .enum(arenaUses)
    .default('separate')
    .meta({ description: 'Whether models have arenas of their own, or take turns in one.' }),
  level: levelSchema.optional(),
  ...supplyFields,
  budget: scheduleBudgetSchema.optional().meta({
    description: 'Limits on what all tasks take together: average power, duty and how long the battery lasts.',
  }),
  tasks: z.array(taskSchema).min(1, { error: 'must have at least one task' }).max(100),
});

/** The grammar of `edge-ready.yml`, version 1. What users can write; its output has quantities in the gate's units. */
export const fileSchema = z.strictObject({
  version: z.literal(1).meta({ description: 'The version of this format.' }),
  targets: z
    .record(targetNameSchema, z.union([nameSchema, targetSchema], { error: 'must be a board, or a map with "board"' }))
    .optional()
    .meta({ description: 'The devices that models ship to, by a name of yours.' }),
  models: z
    .array(modelSchema)
    .max(1000)
    .optional()
    .meta({ description: 'What the gate should know of models. Of entries that match a model, the later one wins.' }),
  budgets: z
    .array(budgetSchema)
    .max(1000)
    .optional()
    .meta({ description: 'Limits. Of entries that match a model and a target, the later one wins.' }),
  schedule: z.array(scheduleSchema).max(100).optional().meta({ description: 'Models that share one core.' }),
});
export type ConfigFile = z.output<typeof fileSchema>;
