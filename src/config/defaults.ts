import type { BudgetMetric } from '../judge/budget.ts';
import type { Config } from './config.ts';

/** Where the configuration is looked for when nobody says. */
export const defaultConfigPath = 'edge-ready.yml';

/** Metrics that get a warning when they grow, where no rule says by how much they may. */
export const watchedMetrics: readonly BudgetMetric[] = ['peakRam', 'flash', 'latency', 'energy'];

/** How much a watched metric may grow: 5 % of the base. */
export const defaultIncrease = 0.05;

/**
 * What holds without a configuration file: no rule of the user's. Every model is judged by the board's own limits, and by the default increase as a warning.
 * `boards` are targets as text, each named as it is written.
 */
export function defaultConfig(boards: readonly string[] = []): Config {
  return {
    path: defaultConfigPath,
    targets: boards.map((board) => ({ name: board, board, line: 1 })),
    models: [],
    budgets: [],
    schedules: [],
  };
}
