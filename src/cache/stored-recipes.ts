import * as z from 'zod';
import { attemptOf } from '../judge/attempt-of.ts';
import { type Attempt, attemptSchema } from '../judge/comparison.ts';
import { type Measurement, measurementSchema } from '../measurement/measurement.ts';
import { type AppliedRecipe, parseRecipe, recipeText } from '../optimize/recipe.ts';
import { jsonIn, sealed, unsealed } from './sealed.ts';
import type { AskedSide } from './stored-side.ts';

/** The largest entry that is kept or read, in bytes: a Measurement and 200 attempts. */
export const recipesBytesLimit = 64 * 2 ** 20;

/** What a search for a recipe with which a failing change would pass has found. */
export interface FoundRecipes {
  readonly chosen: { readonly recipe: AppliedRecipe; readonly measurement: Measurement } | null;
  /** What was tried, in that order. */
  readonly attempts: readonly Attempt[];
}

const recordSchema = z.strictObject({
  schemaVersion: z.literal(1),
  key: z.string().regex(/^[0-9a-f]{64}$/),
  chosen: z.strictObject({ recipe: z.string().max(400), measurement: measurementSchema }).nullable(),
  attempts: z.array(attemptSchema).max(200),
});

/** An entry of the cache. */
export function encodeRecipes(key: string, { chosen, attempts }: FoundRecipes): Uint8Array {
  const written = chosen && { ...chosen, recipe: recipeText(chosen.recipe) };
  return sealed(Buffer.from(JSON.stringify({ schemaVersion: 1, key, chosen: written, attempts })));
}

/** What an entry holds, or in half a sentence why it is not taken. */
export type DecodedRecipes =
  | { readonly kind: 'recipes'; readonly recipes: FoundRecipes }
  | { readonly kind: 'refused'; readonly reason: string };

/** Reads an entry, which may be damaged or anybody's: it has to be whole, of the strict schema, about what was asked, and to agree with itself. */
export function decodeRecipes(entry: Uint8Array, { key, model, target }: AskedSide): DecodedRecipes {
  const content = unsealed(entry);
  if (content === undefined) return refused('it is damaged');
  const record = jsonIn(content);
  if (!isRecord(record)) return refused('it is no entry of this version');
  const { chosen, attempts } = record;
  if (record.key !== key) return refused('it answers another question');
  const passing = attempts.filter(({ passes }) => passes);
  if (chosen === null) {
    return passing.length === 0
      ? { kind: 'recipes', recipes: { chosen, attempts } }
      : refused('a recipe passes and none is chosen');
  }
  const { measurement } = chosen;
  if (measurement.model.sha256 !== model.sha256 || measurement.model.bytes !== model.bytes)
    return refused('it is about another model');
  if ((['id', 'board', 'runtime'] as const).some((name) => measurement.target[name] !== target[name]))
    return refused('it is about another target');
  const recipe = recipeIn(chosen.recipe);
  if (recipe === undefined) return refused('its recipe is none');
  const attempt = attemptOf({ recipe, fits: true, measured: { measurement } });
  if (!passing.some((each) => JSON.stringify(each) === JSON.stringify(attempt)))
    return refused('its recipe is not one that was tried and passes');
  return { kind: 'recipes', recipes: { chosen: { recipe, measurement }, attempts } };
}

/** The value itself is used and not what the schema copies, whose keys are in another order: a report is the same with and without a cache. */
function isRecord(value: unknown): value is z.infer<typeof recordSchema> {
  return recordSchema.safeParse(value).success;
}

/** A recipe that is written as we write it. */
function recipeIn(text: string): AppliedRecipe | undefined {
  try {
    const { numbers, ...rest } = parseRecipe(text);
    if (numbers === 'auto') return undefined;
    const recipe: AppliedRecipe = { numbers, ...rest };
    return recipeText(recipe) === text ? recipe : undefined;
  } catch {
    return undefined;
  }
}

function refused(reason: string): DecodedRecipes {
  return { kind: 'refused', reason };
}
