import * as z from 'zod';
import { ownData } from '../basics/own-data.ts';
import { budgetMetricsShape } from './budget-schema.ts';
import type { MetricRule, PresetUse } from './config.ts';
import { metricRules } from './metric-rules.ts';
import { modelClasses, useCases } from './preset-names.ts';
import text from './presets.yml';

const presetSchema = z.strictObject({ source: z.string().min(10), ...budgetMetricsShape });
const presetsSchema = z.strictObject({
  'use-cases': z.record(z.enum(useCases), presetSchema),
  classes: z.record(z.enum(modelClasses), presetSchema),
});

let loaded: z.output<typeof presetsSchema> | undefined;

/** The budgets of a preset, with the line of the configuration that asks for it. */
export function presetRules(use: PresetUse): readonly MetricRule[] {
  loaded ??= presetsSchema.parse(ownData(text));
  const preset = use.kind === 'use-case' ? loaded['use-cases'][use.name] : loaded.classes[use.name];
  return metricRules(preset, () => use.line);
}
