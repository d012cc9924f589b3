import type { Beside } from '../judge/beside.ts';
import type { Comparison } from '../judge/comparison.ts';
import { code } from './escape.ts';

const titles = { peakRam: 'RAM', flash: 'flash', latency: 'latency' } as const;

/** A line for every model that is shown beside a public network: `1.8 × the RAM, 0.9 × the flash of MLPerf Tiny's DS-CNN`. */
export function besideList(comparisons: readonly Comparison[]): string {
  return comparisons
    .flatMap(({ beside, model, target }) =>
      beside === null ? [] : [`- ${code(model)} on ${code(target)} has ${besideWords(beside)}`],
    )
    .join('\n');
}

/** `1.8 × the RAM, 0.9 × the flash and 2.1 × the latency of MLPerf Tiny's DS-CNN`. */
export function besideWords(beside: Beside): string {
  const parts = (Object.keys(titles) as (keyof typeof titles)[]).flatMap((name) => {
    const ratio = beside[name];
    return ratio === null ? [] : [`${ratioText(ratio)} × the ${titles[name]}`];
  });
  const [last = '', ...others] = [...parts].reverse();
  return `${others.length === 0 ? last : `${others.reverse().join(', ')} and ${last}`} of ${beside.title}`;
}

function ratioText(ratio: number): string {
  return ratio >= 10 ? ratio.toFixed(0) : ratio.toPrecision(2);
}
