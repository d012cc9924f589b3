import * as z from 'zod';
import {
  count,
  days,
  dropSchema,
  energy,
  increaseSchema,
  points,
  power,
  quantitySchema,
  ratio,
  size,
  time,
} from './quantity.ts';
import { globSchema, levelSchema, nameSchema, oneOrMany } from './value-schemas.ts';

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

/** The metrics that a budget may limit, as keys of its entry. */
export const budgetMetricsShape = {
  'peak-ram': limits(size, 'RAM at the worst moment of an inference.'),
  flash: limits(size, 'The model and the code of the runtime that it needs.'),
  'data-memory': limits(size, "Results alive at once in an accelerator's own data memory (MAX78000)."),
  'weight-memory': limits(size, "Weights in an accelerator's own weight memory (MAX78000)."),
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

/** An entry of `budgets:`. */
export const budgetSchema = z
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
