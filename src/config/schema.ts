import * as z from 'zod';
import { accuracyMetrics } from '../accuracy/accuracy-metric.ts';
import { recipeSchema } from '../optimize/recipe.ts';
import { referenceNetworks } from '../reference-networks/reference-networks.ts';
import { budgetSchema } from './budget-schema.ts';
import { powerSchema } from './power-schema.ts';
import { modelClasses, useCases } from './preset-names.ts';
import { frequency, positiveSchema, size, time, voltage } from './quantity.ts';
import { scheduleSchema } from './schedule-schema.ts';
import { globSchema, nameSchema, oneOrMany, pathSchema, supplyFields } from './value-schemas.ts';

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
  power: powerSchema.optional(),
  'measure-with': z
    .string()
    .min(1)
    .max(4096)
    .refine((text) => /^https:\/\//.test(text) || (!/^\w+:\/\//.test(text) && pathSchema.safeParse(text).success), {
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
        'Sizes for the open dimensions of an ONNX model, by name or, where they have none, by place as in x[1]; and what an input of one whole number always is, such as a sampling rate. What ships has them fixed.',
    }),
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
