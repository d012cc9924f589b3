import { z } from 'zod';

/**
 * What optimisation may do to a model.
 * `none`: nothing, the committed bytes ship. `lossless`: only what leaves every output as it is. `int8`: integers, with ranges from the calibration set.
 * `auto`: what the target needs to run the model well, nothing for a model that it loads as it is.
 */
export const recipeSchema = z.enum(['auto', 'none', 'lossless', 'int8']);
export type Recipe = z.infer<typeof recipeSchema>;

/** A recipe once `auto` has been decided. */
export type AppliedRecipe = Exclude<Recipe, 'auto'>;
