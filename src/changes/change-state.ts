import * as z from 'zod';

/**
 * What happened to a model file between base and head. `unchanged` models appear when a budget of theirs changed; of `base-unreadable` the base has a file
 * that is no model, so that nothing is held against it.
 */
export const changeStateSchema = z.enum([
  'compared',
  'new',
  'removed',
  'renamed',
  'unchanged',
  'base-missing',
  'base-unreadable',
  'lfs-pointer',
  'unsupported',
]);
export type ChangeState = z.infer<typeof changeStateSchema>;
