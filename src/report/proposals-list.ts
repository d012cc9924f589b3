import type { Comparison, Proposal } from '../judge/comparison.ts';
import { metricWords } from '../judge/metric-words.ts';
import { metricNames } from '../measurement/metric-names.ts';
import { valueWords } from './change-words.ts';
import { code } from './escape.ts';

/** For changes that fail: the cheapest recipe with which each would pass, what the model then measures, and the command. */
export function proposalsList(comparisons: readonly Comparison[]): string {
  return comparisons
    .flatMap(({ proposal, model, target }) =>
      proposal === null
        ? []
        : [
            `- ${code(model)} on ${code(target)} would pass with recipe ${code(proposal.recipe)}: ${proposalWords(proposal)}  \n  ${code(proposal.command, 400)}`,
          ],
    )
    .join('\n');
}

/** What the model would measure: `peak RAM 58.1 KiB, flash ≈ 101 KiB, accuracy 97.9 %`. */
export function proposalWords({ measurement }: Proposal): string {
  return metricNames
    .flatMap((name) => {
      const metric = measurement[name];
      return metric === null ? [] : [`${metricWords[name].title} ${valueWords(metric, name)}`];
    })
    .join(', ');
}
