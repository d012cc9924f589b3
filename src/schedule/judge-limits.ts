import type { Limit } from '../judge/budget.ts';
import { holdLimit } from '../judge/limits.ts';
import { metricWords } from '../judge/metric-words.ts';
import type { Outcome } from '../judge/outcome.ts';
import { readingOfMetric } from '../judge/reading.ts';
import type { ScheduleJudgement, Together } from './schedule-result.ts';

/** What a limit may be on that all tasks of a schedule have together. */
const limitedTogether = ['averagePower', 'duty', 'batteryLife'] as const;
type LimitedTogether = (typeof limitedTogether)[number];

/** A limit on what all tasks take together; `text` is what people wrote. */
export interface ScheduleLimit {
  readonly metric: LimitedTogether;
  readonly limit: Limit;
  readonly level: 'off' | 'warn' | 'error';
  readonly text: string;
}

/** What holding a schedule's limits gives: judgements, and why some could not be made. */
export interface LimitsHeld {
  readonly judgements: readonly ScheduleJudgement[];
  readonly problems: readonly string[];
}

/** Holds the limits on average power, duty and battery life. An absolute limit that the base did not keep either is a warning; a limit against a base that is not there is not judged. */
export function judgeLimits(limits: readonly ScheduleLimit[], base: Together | null, head: Together): LimitsHeld {
  const judgements: ScheduleJudgement[] = [];
  const problems: string[] = [];
  for (const { metric, limit, level } of limits) {
    if (level === 'off') continue;
    const outcome = held(limit, metric, base, head);
    if (outcome.kind === 'undecided') continue;
    if (outcome.kind === 'missing') {
      problems.push(`The ${outcome.message}`.slice(0, 2000));
      continue;
    }
    const isOver = outcome.kind === 'exceeded';
    const isAbsolute = limit.kind === 'max' || limit.kind === 'min';
    const before = base === null ? undefined : base[metric];
    const wasOver =
      isOver && isAbsolute && base !== null && before !== null && held(limit, metric, null, base).kind === 'exceeded';
    judgements.push({
      about: metric,
      verdict: !isOver ? 'pass' : wasOver || level === 'warn' ? 'warn' : 'fail',
      message: `${wasOver ? 'still, as in the base: ' : ''}${outcome.message} of all tasks`,
      ...('caution' in outcome && outcome.caution !== undefined ? { caution: outcome.caution } : {}),
    });
  }
  return { judgements, problems };
}

function held(limit: Limit, metric: LimitedTogether, base: Together | null, head: Together): Outcome {
  const reading = (of: Together) => readingOfMetric(of[metric], of.unavailable[metric]);
  const now = reading(head);
  if ('missing' in now) {
    return { kind: 'missing', message: `${metricWords[metric].title} can't be judged: ${now.missing}` };
  }
  return holdLimit(limit, {
    metric,
    state: base === null ? 'new' : 'compared',
    head: now,
    base: base === null ? { missing: 'the base has no such schedule' } : reading(base),
    accuracyTest: null,
  });
}
