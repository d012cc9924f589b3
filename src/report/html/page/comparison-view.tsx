import type { Comparison } from '../../../judge/comparison.ts';
import { besideWords } from '../../beside-list.ts';
import { marks } from '../../marks.ts';
import { AnswersView } from './answers-view.tsx';
import { Findings } from './findings.tsx';
import { FlashMap } from './flash-map.tsx';
import { IntegerQuality } from './integer-quality.tsx';
import { LayerCosts } from './layer-costs.tsx';
import { MemoryMaps } from './memory-maps.tsx';
import { MetricTable } from './metric-table.tsx';
import { ModelDiffView } from './model-diff-view.tsx';
import { PastView } from './past-view.tsx';
import { RecipePlot } from './recipe-plot.tsx';

/** All that is known of one model on one target. */
export function ComparisonView({ comparison }: { readonly comparison: Comparison }) {
  const { head, base, diff, beside } = comparison;
  return (
    <article aria-labelledby="chosen">
      <h2 id="chosen">
        <span aria-hidden="true">{marks[comparison.verdict]} </span>
        {comparison.model} on {comparison.target}
      </h2>
      {comparison.previousPath === undefined || comparison.previousPath === beside?.network ? null : (
        <p class="quiet">was {comparison.previousPath}</p>
      )}
      {beside === null ? null : <p>It has {besideWords(beside)}.</p>}
      {comparison.problems.map((problem) => (
        <p key={problem} class="error">
          {marks.error} {problem}
        </p>
      ))}
      <MetricTable comparison={comparison} />
      <PastView comparison={comparison} />
      {diff === null ? null : <ModelDiffView diff={diff} />}
      {head === null && base === null ? null : <MemoryMaps comparison={comparison} />}
      {head === null ? null : <LayerCosts head={head} base={base} />}
      {head === null ? null : <FlashMap measurement={head} />}
      {head === null ? null : <IntegerQuality head={head} base={base} />}
      {comparison.answers === null ? null : <AnswersView answers={comparison.answers} />}
      <RecipePlot comparison={comparison} />
      {head === null ? null : <Findings findings={head.findings} />}
    </article>
  );
}
