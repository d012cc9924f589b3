import type { ModelSettings } from '../config/config.ts';
import { deviceOf } from '../config/device-of.ts';
import type { Configs } from '../config/read-configs.ts';
import type { FileSource } from '../data/data-set.ts';
import { automatic, type Recipe } from '../optimize/recipe.ts';
import type { Target } from '../targets/target.ts';
import type { SideOptions } from './side.ts';

/** What a model's settings and its target say of how it is measured; `recipe` is instead of the configuration's. @throws UserError when a device's program is missing */
export async function sideOptions(
  { calibration, evaluation, dimensions, dutyCycle, recipe: configured }: ModelSettings,
  target: Target,
  {
    configs,
    source,
    recipe,
  }: { readonly configs: Configs; readonly source: FileSource; readonly recipe: Recipe | undefined },
): Promise<SideOptions> {
  const device = await deviceOf(configs, target.name, source);
  return {
    recipe: recipe ?? configured ?? automatic,
    ...(device === undefined ? {} : { device }),
    ...(calibration === undefined ? {} : { calibration }),
    ...(evaluation === undefined ? {} : { evaluation }),
    ...(dimensions === undefined ? {} : { dimensions }),
    ...(dutyCycle === undefined ? {} : { dutyCycle }),
  };
}
