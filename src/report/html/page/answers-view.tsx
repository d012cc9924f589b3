import * as Plot from '@observablehq/plot';
import { useMemo } from 'preact/hooks';
import type { ComparedAnswers, ConfusionCell } from '../../../judge/compare-answers.ts';
import { Chart } from './chart.tsx';
import { Scrolled } from './scrolled.tsx';
import { Table } from './table.tsx';

/** Larger matrices are drawn without numbers. */
const numberedClasses = 20;

/** Which classes are taken for which, at base and head, and the samples whose answer changed. */
export function AnswersView({ answers }: { readonly answers: ComparedAnswers }) {
  const { base, head, changed, changedCount } = answers;
  return (
    <section aria-labelledby="answers">
      <h3 id="answers">Answers on {answers.samples} samples</h3>
      <div class="columns">
        {base === null ? null : <Confusion title="Base" cells={base} classes={answers.classes} />}
        <Confusion title="Head" cells={head} classes={answers.classes} />
      </div>
      {base === null ? null : changedCount === 0 ? (
        <p>Every sample is answered as before.</p>
      ) : (
        <details>
          <summary>
            {changedCount} {changedCount === 1 ? 'sample is' : 'samples are'} answered otherwise
            {changedCount > changed.length ? `, the first ${changed.length} of them` : ''}
          </summary>
          <Scrolled label="Samples that are answered otherwise">
            <Table
              columns={[
                { title: 'Sample' },
                { title: 'Label', isNumber: true },
                { title: 'Base', isNumber: true },
                { title: 'Head', isNumber: true },
                { title: 'Result' },
              ]}
              rows={changed.map(({ sample, label, base: before, head: after }) => [
                sample,
                label,
                before,
                after,
                after === label ? 'now right' : before === label ? 'now wrong' : 'wrong as before',
              ])}
            />
          </Scrolled>
        </details>
      )}
    </section>
  );
}

function Confusion({
  title,
  cells,
  classes,
}: {
  readonly title: string;
  readonly cells: readonly ConfusionCell[];
  readonly classes: number;
}) {
  const right = cells.reduce((sum, { label, answer, count }) => sum + (label === answer ? count : 0), 0);
  const all = cells.reduce((sum, { count }) => sum + count, 0);
  const mistakes = useMemo(() => cells.filter(({ label, answer }) => label !== answer), [cells]);
  const draw = useMemo(
    () => (width: number) => {
      const side = Math.min(width, 420);
      const most = Math.max(1, ...mistakes.map(({ count }) => count));
      const numbers = Array.from({ length: classes }, (_, index) => index);
      const every = Math.ceil(classes / numberedClasses);
      const ticks = numbers.filter((index) => index % every === 0);
      return Plot.plot({
        width: side,
        height: side,
        marginTop: 44,
        x: { label: 'answer', labelOffset: 40, domain: numbers, ticks, axis: 'top' },
        y: { label: 'label', domain: numbers, ticks },
        padding: 0.04,
        marks: [
          Plot.cell(cells, {
            x: 'answer',
            y: 'label',
            fill: ({ label, answer }: ConfusionCell) => (label === answer ? 'var(--accent)' : 'var(--bad)'),
            fillOpacity: ({ label, answer, count }: ConfusionCell) =>
              label === answer ? 0.25 : 0.15 + (0.6 * count) / most,
            title: ({ label, answer, count }: ConfusionCell) => `${count} of class ${label} answered ${answer}`,
            tip: true,
          }),
          ...(classes > numberedClasses ? [] : [Plot.text(cells, { x: 'answer', y: 'label', text: 'count' })]),
        ],
      });
    },
    [cells, classes, mistakes],
  );
  return (
    <Chart title={title} note={`${right} of ${all} right`} draw={draw}>
      <Table
        columns={[{ title: 'Label' }, { title: 'Answer', isNumber: true }, { title: 'Samples', isNumber: true }]}
        rows={mistakes.slice(0, 100).map(({ label, answer, count }) => [label, answer, count])}
      />
    </Chart>
  );
}
