import * as z from 'zod';
import { positiveSchema, power, quantitySchema } from './quantity.ts';

/** What a device takes in each state, as its owner measured it or has it from its data sheet; in milliwatts. */
export const powerSchema = z
  .strictObject({
    active: positiveSchema(power).optional().meta({ description: 'What the device takes while a model runs.' }),
    idle: quantitySchema(power)
      .optional()
      .meta({ description: 'What it takes while it waits with its clocks running, ready at once.' }),
    sleep: quantitySchema(power)
      .optional()
      .meta({ description: 'What it takes asleep between two inferences, with what it must not forget still in RAM.' }),
  })
  .refine(({ active, idle, sleep }) => active !== undefined || idle !== undefined || sleep !== undefined, {
    error: 'says nothing: add active, idle or sleep',
  })
  .refine(({ active, idle, sleep }) => isDescending([active, idle, sleep].flatMap((each) => each?.value ?? [])), {
    error: 'a device takes no more idle than active, and no more asleep than idle',
  })
  .meta({
    description: "What the device takes at this clock and voltage, instead of the board's own figures.",
    minProperties: 1,
  });

const isDescending = (values: readonly number[]) =>
  values.every((value, index) => index === 0 || value <= (values[index - 1] ?? Number.POSITIVE_INFINITY));
