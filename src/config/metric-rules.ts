import type { BudgetMetric, Limit } from '../judge/budget.ts';
import type { ScheduleLimit } from '../schedule/judge-limits.ts';
import type { MetricRule } from './config.ts';
import type { ConfigFile } from './schema.ts';

type BudgetEntry = NonNullable<ConfigFile['budgets']>[number];

/** The keys of a budget entry that are metrics, and what the metrics are called in JSON. */
export const budgetKeys = {
  'peak-ram': 'peakRam',
  flash: 'flash',
  'data-memory': 'dataMemory',
  'weight-memory': 'weightMemory',
  latency: 'latency',
  energy: 'energy',
  accuracy: 'accuracy',
  accelerated: 'accelerated',
  'average-power': 'averagePower',
  duty: 'duty',
  battery: 'batteryLife',
  parameters: 'parameters',
  'model-size': 'modelBytes',
} as const satisfies Readonly<Record<string, BudgetMetric>>;
export type BudgetKey = keyof typeof budgetKeys;

/** The limits that an entry of `budgets:` sets, by metric, each with the line that `lineOf` gives for its key. */
export function metricRules(entry: Partial<BudgetEntry>, lineOf: (key: BudgetKey) => number): readonly MetricRule[] {
  return (Object.keys(budgetKeys) as BudgetKey[]).flatMap((key) => {
    const said = entry[key];
    if (said === undefined) return [];
    const level = said.level === undefined ? {} : { level: said.level };
    return [{ metric: budgetKeys[key], limits: limitsOf(said), line: lineOf(key), ...level }];
  });
}

/** The limits that the `budget` of a schedule sets. */
export function scheduleLimits(
  said: NonNullable<NonNullable<ConfigFile['schedule']>[number]['budget']>,
): readonly ScheduleLimit[] {
  return (['average-power', 'duty', 'battery'] as const).flatMap((key) => {
    const rule = said[key];
    if (rule === undefined) return [];
    const { level = 'error' } = rule;
    return limitsOf(rule).map(({ limit, text }) => ({ metric: budgetKeys[key], limit, level, text }));
  });
}

function limitsOf(said: NonNullable<BudgetEntry[BudgetKey]>): MetricRule['limits'] {
  const limits: { readonly limit: Limit; readonly text: string }[] = [];
  if ('max' in said && said.max !== undefined) {
    limits.push({ limit: { kind: 'max', value: said.max.value }, text: said.max.text });
  }
  if ('min' in said && said.min !== undefined) {
    limits.push({ limit: { kind: 'min', value: said.min.value }, text: said.min.text });
  }
  if ('max-increase' in said && said['max-increase'] !== undefined) {
    const { text, ...increase } = said['max-increase'];
    limits.push({ limit: { kind: 'max-increase', ...increase }, text });
  }
  if ('max-drop' in said && said['max-drop'] !== undefined) {
    const { text, ...drop } = said['max-drop'];
    limits.push({
      limit:
        'value' in drop
          ? { kind: 'max-drop', points: drop.value, ...sinceIn(drop) }
          : { kind: 'max-decrease', ...drop },
      text,
    });
  }
  return limits;
}

function sinceIn({ since }: { readonly since?: string }): { readonly since?: string } {
  return since === undefined ? {} : { since };
}
