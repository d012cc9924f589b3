import { useState } from 'preact/hooks';
import { metricWords } from '../../../judge/metric-words.ts';
import { type MetricName, metricNames } from '../../../measurement/metric-names.ts';
import { dayOf } from '../../history-words.ts';
import { capitalised } from '../page/capitalised.ts';
import { Choices } from '../page/choices.tsx';
import type { TrendData } from '../trend-data.ts';
import { TrendFigure } from './trend-figure.tsx';

/** The page of a history: one metric at a time, a figure for every model and target that has it. */
export function TrendApp({ commits, series, commitAddress }: TrendData) {
  const names = metricNames.filter((name) => series.some(({ values }) => values[name] !== undefined));
  const [name, choose] = useState<MetricName>(names[0] ?? 'peakRam');
  const times = commits.map(([, time]) => time);
  const span = times.length === 0 ? undefined : [Math.min(...times), Math.max(...times)].map(dayOf).join(' to ');
  return (
    <>
      <header>
        <h1>Models over time</h1>
        <p class="quiet">
          {span === undefined
            ? 'Nothing is recorded yet.'
            : `${commits.length} ${commits.length === 1 ? 'commit' : 'commits'} that changed a model, ${span}. A filled point moved the number${commitAddress === null ? '' : '; points lead to their commits'}.`}
        </p>
      </header>
      <main>
        {names.length === 0 ? null : (
          <Choices
            label="Metric"
            names={names}
            titleOf={(each) => capitalised(metricWords[each].title)}
            chosen={name}
            onChoose={choose}
          />
        )}
        <div class="trends">
          {series.map(({ model, target, values }) => {
            const drawn = values[name];
            return drawn === undefined ? null : (
              <TrendFigure
                key={`${name} ${model} ${target}`}
                name={name}
                model={model}
                target={target}
                values={drawn}
                commits={commits}
                commitAddress={commitAddress}
              />
            );
          })}
        </div>
      </main>
    </>
  );
}
