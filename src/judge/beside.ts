import * as z from 'zod';

const ratioSchema = z.number().nonnegative().nullable();

/** A model's figures as multiples of a public network's on the same target: 1.8 is 1.8 times as much. `null` where one of them can't be had. */
export const besideSchema = z.strictObject({
  network: z.string().max(200),
  title: z.string().max(200),
  peakRam: ratioSchema,
  flash: ratioSchema,
  latency: ratioSchema,
});
export type Beside = z.infer<typeof besideSchema>;
