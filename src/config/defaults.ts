import type { BudgetMetric } from '../judge/budget.ts';

/** Where the configuration is looked for when nobody says. */
export const defaultConfigPath = 'edge-ready.yml';

/** Metrics that get a warning when they grow, where no rule says by how much they may. */
export const watchedMetrics: readonly BudgetMetric[] = ['peakRam', 'flash', 'latency', 'energy'];

/** How much a watched metric may grow: 5 % of the base. */
export const defaultIncrease = 0.05;

/** How far the share of an accelerator may fall without a warning, where no rule says it: 5 percentage points. */
export const defaultAcceleratedDrop = 0.05;
