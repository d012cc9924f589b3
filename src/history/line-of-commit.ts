import type { CommitDetails } from '../changes/commit-details.ts';
import type { Measurement } from '../measurement/measurement.ts';
import { metricNames } from '../measurement/metric-names.ts';
import type { HistoryLine, RecordedMetric } from './line.ts';

/** What a measurement comes to in a line about a commit. */
export function lineOf(
  commit: CommitDetails,
  gate: string,
  target: { readonly name: string; readonly id: string },
  measurement: Measurement,
): HistoryLine {
  return {
    v: 1,
    commit: commit.sha,
    time: commit.time,
    subject: subjectOf(commit.message),
    model: measurement.model.path,
    target: target.name,
    targetId: target.id,
    gate,
    sha256: measurement.model.sha256,
    recipe: measurement.artifact.recipe,
    metrics: metricsOf(measurement),
  };
}

function metricsOf(measurement: Measurement): HistoryLine['metrics'] {
  return Object.fromEntries(
    metricNames.flatMap((name): readonly (readonly [string, RecordedMetric])[] => {
      const metric = measurement[name];
      if (metric === null) return [];
      const { value, basis, bound } = metric;
      return [[name, bound === undefined ? [value, basis] : [value, basis, bound]]];
    }),
  );
}

/** The first line of a message; of a merged pull request its title, which GitHub writes below a line that names branches. */
export function subjectOf(message: string): string {
  const [first = '', ...rest] = message.split('\n').map((line) => line.trim());
  const merged = /^Merge pull request #(\d{1,9}) from \S+$/.exec(first);
  const title = rest.find((line) => line !== '');
  const subject = merged === null || title === undefined ? first : `${title} (#${merged[1]})`;
  return [...subject].slice(0, 120).join('');
}
