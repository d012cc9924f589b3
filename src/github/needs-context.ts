import * as z from 'zod';
import { propertyOf } from '../basics/records.ts';

/**
 * A job that the report job needs, by its name in the workflow's file, and how it ended: an entry of the `needs` context.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#needs-context
 */
export const neededJobSchema = z.strictObject({
  id: z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,199}$/),
  result: z.enum(['success', 'failure', 'cancelled', 'skipped']),
});
export type NeededJob = z.infer<typeof neededJobSchema>;

/** The jobs of the `needs` context as JSON, without what they put out; none of an empty text, null when it is no such context. */
export function readNeeds(text: string): readonly NeededJob[] | null {
  if (text.trim() === '') return [];
  try {
    const jobs: unknown = JSON.parse(text);
    if (typeof jobs !== 'object' || Array.isArray(jobs)) return null;
    const entries = Object.entries(jobs ?? {}).map(([id, job]) => ({ id, result: propertyOf(job, 'result') }));
    return z.array(neededJobSchema).max(256).parse(entries);
  } catch {
    return null;
  }
}
