import * as z from 'zod';
import { arenaUses, policies } from '../schedule/task.ts';
import { budgetMetricsShape } from './budget-schema.ts';
import { positiveSchema, quantitySchema, time } from './quantity.ts';
import { levelSchema, nameSchema, pathSchema, supplyFields } from './value-schemas.ts';

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

/** True for a limit that names a tag or a commit. */
const comparesWithEarlier = (limit: unknown): boolean =>
  typeof limit === 'object' && limit !== null && 'since' in limit && limit.since !== undefined;

const scheduleBudgetSchema = z
  .strictObject({ 'average-power': averagePower, duty, battery })
  .refine((budget) => Object.keys(budget).length > 0, {
    error: 'limits nothing: add average-power, duty or battery',
  })
  .refine((budget) => !Object.values(budget).some((limits) => Object.values(limits ?? {}).some(comparesWithEarlier)), {
    error: 'a schedule is compared with the base only, without "since"',
  });

/** An entry of `schedule:`: the tasks of one core. */
export const scheduleSchema = z.strictObject({
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
