import * as z from 'zod';
import { expandBraces, mostAlternatives } from '../changes/braces.ts';
import { power, quantitySchema } from './quantity.ts';
import { withForwardSlashes } from './windows-path.ts';

/** What exceeding a limit does. */
export const levelSchema = z.enum(['off', 'warn', 'error']).meta({
  description: 'What exceeding it does: nothing, a warning, or a failed check. Without it: error.',
});

/** Workflows and configurations are the same file on all systems, so that separators of Windows are a mistake on each. */
const hasGitSeparators = (path: string) => withForwardSlashes(path) === undefined;
const separatorMistake = ({ input }: { readonly input?: unknown }) =>
  `must have "/" between folders, on Windows too: "${withForwardSlashes(String(input))}"`;

/** A glob of paths from the repository's top. */
export const globSchema = z
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

/** A path inside the repository, from its top. */
export const pathSchema = z
  .string()
  .min(1, { error: 'must not be empty' })
  .max(4096)
  .refine((path) => !/^\/|^[A-Za-z]:[\\/]|(^|\/)\.\.(\/|$)/.test(path), {
    error: 'must be a path inside the repository, from its top',
  })
  .refine((path) => /^[A-Za-z]:/.test(path) || hasGitSeparators(path), { error: separatorMistake });

/** A name of a target, a board, a battery, a task. */
export const nameSchema = z.string().min(1, { error: 'must not be empty' }).max(100);

/** One text or a list of texts, as a list. */
export function oneOrMany<S extends z.ZodType<string>>(schema: S) {
  return z
    .union([schema, z.array(schema).min(1, { error: 'must name at least one' }).max(1000)], {
      error: 'must be a text or a list of texts',
    })
    .transform((value): readonly string[] => (typeof value === 'string' ? [value] : (value as readonly string[])));
}

/** What feeds the device, and what it takes when nothing runs. */
export const supplyFields = {
  battery: nameSchema.optional().meta({
    description: 'CR2032, CR2477, AA, AAA, 18650, several in series such as 2xAA, or a pack such as lipo-500mAh.',
  }),
  sleep: quantitySchema(power)
    .optional()
    .meta({ description: "What the device takes between two inferences. Without it: the board's figure." }),
};
