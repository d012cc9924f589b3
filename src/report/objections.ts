import type { BudgetMetric } from '../judge/budget.ts';
import type { Attribution, Comparison, Judgement } from '../judge/comparison.ts';
import { isDeployable } from '../judge/judge.ts';
import { metricWords } from '../judge/metric-words.ts';
import { metricNames } from '../measurement/metric-names.ts';
import { causesOf, explaining } from './change-words.ts';
import { worstJudgementsFirst } from './order.ts';

/** What the budgets of one metric say against a model, the worst first, and the layers that brought the metric there. */
export interface Objections {
  readonly metric: BudgetMetric;
  readonly judgements: readonly Judgement[];
  /** Empty where they would say again what stands with another metric. */
  readonly causes: readonly Attribution[];
}

/** How many layers are named. */
const layersPerMetric = 3;

/** Metrics that change for the same reasons, the one that tells them best first: energy is power times latency, and average power and battery life follow. */
const sameReasons: readonly BudgetMetric[] = ['latency', 'duty', 'energy', 'averagePower', 'batteryLife'];

/** Every budget that is not kept, those of one metric together. */
export function objectionsOf(comparison: Comparison): readonly Objections[] {
  const { head } = comparison;
  const runs = head === null || isDeployable(head);
  const against = worstJudgementsFirst(comparison).filter(
    // A model that does not run has no numbers; the finding says it once.
    (judgement) => judgement.verdict !== 'pass' && (runs || !isUnmeasured(comparison, judgement)),
  );
  const metrics = [...new Set(against.map(({ budget }) => budget.metric))];
  const telling = sameReasons.find((each) => metrics.includes(each));
  return metrics.map((metric) => ({
    metric,
    judgements: against.filter(({ budget }) => budget.metric === metric),
    causes: sameReasons.includes(metric) && metric !== telling ? [] : causesOfRise(comparison, metric),
  }));
}

function isUnmeasured({ head }: Comparison, { budget }: Judgement): boolean {
  const name = metricNames.find((metric) => metric === budget.metric);
  return name !== undefined && head?.[name] === null;
}

function causesOfRise(comparison: Comparison, metric: BudgetMetric): readonly Attribution[] {
  const name = metricNames.find((each) => each === metric);
  if (name === undefined) return [];
  const explained = explaining(name);
  const isRise = (comparison.deltas[explained]?.absolute ?? 0) > 0 && !metricWords[explained].moreIsBetter;
  return isRise ? causesOf(comparison, explained, layersPerMetric) : [];
}
