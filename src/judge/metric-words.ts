import type { Quantity } from '../basics/format.ts';
import type { BudgetMetric } from './budget.ts';

/** What a metric is called in sentences, and what its values are. */
export interface MetricWords {
  readonly title: string;
  readonly quantity: Quantity;
  /** True when more is better, as for accuracy. */
  readonly moreIsBetter: boolean;
}

/** Every metric that a budget may limit, in the words that people read. */
export const metricWords: Readonly<Record<BudgetMetric, MetricWords>> = {
  peakRam: { title: 'peak RAM', quantity: 'B', moreIsBetter: false },
  flash: { title: 'flash', quantity: 'B', moreIsBetter: false },
  dataMemory: { title: 'data memory', quantity: 'B', moreIsBetter: false },
  weightMemory: { title: 'weight memory', quantity: 'B', moreIsBetter: false },
  latency: { title: 'latency', quantity: 'ms', moreIsBetter: false },
  energy: { title: 'energy', quantity: 'mJ', moreIsBetter: false },
  accuracy: { title: 'accuracy', quantity: 'ratio', moreIsBetter: true },
  accelerated: { title: 'accelerated share', quantity: 'ratio', moreIsBetter: true },
  averagePower: { title: 'average power', quantity: 'mW', moreIsBetter: false },
  duty: { title: 'duty', quantity: 'ratio', moreIsBetter: false },
  batteryLife: { title: 'battery life', quantity: 'days', moreIsBetter: true },
  parameters: { title: 'parameters', quantity: 'count', moreIsBetter: false },
  modelBytes: { title: 'model file', quantity: 'B', moreIsBetter: false },
};
