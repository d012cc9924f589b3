import * as z from 'zod';
import { ownData } from '../basics/own-data.ts';
import text from './networks.yml';

const networkSchema = z.strictObject({
  title: z.string(),
  task: z.string(),
  /** Without the batch: height, width, channels, or features. */
  input: z.array(z.number().int().positive()).min(1).max(3),
  /** What was published for it. */
  accuracy: z.strictObject({ metric: z.string(), value: z.number() }),
  source: z.string().min(20),
  steps: z.array(z.string()).min(1),
});
export type ReferenceNetwork = z.infer<typeof networkSchema>;

/** Public reference networks by name. */
export const referenceNetworks: ReadonlyMap<string, ReferenceNetwork> = new Map(
  Object.entries(z.record(z.string(), networkSchema).parse(ownData(text))),
);
