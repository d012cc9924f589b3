import { formatPercent, formatValue } from '../basics/format.ts';
import { layerLabel } from '../graph/layer-label.ts';
import type { Comparison, Fallback } from '../judge/comparison.ts';
import type { Acceleration } from '../measurement/measurement.ts';
import { objectionsOf } from './objections.ts';
import type { Phrase } from './phrase.ts';

/** `conv_3 CONV_2D fell back from the NPU (68 % of the MACs, 4.2 ms on the CPU): dilation is not supported.` */
export function fallbackPhrases({ layer, type, from, share, latency, message }: Fallback): readonly Phrase[] {
  const what = from === null ? 'is new and runs on the CPU' : `fell back from the ${from.toUpperCase()} to the CPU`;
  const facts = [
    ...(share === 0 ? [] : [`${formatPercent(share)} of the MACs`]),
    ...(latency === null ? [] : [`${formatValue(latency, 'ms')} there`]),
  ];
  return [
    { code: layerLabel(layer) },
    ' ',
    { quote: type },
    ` ${what}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}: `,
    { quote: message },
  ];
}

/**
 * The metric below which what fell back is told: the accelerator's share where that is objected to, else latency, as an operator without multiply-accumulates
 * costs time and no share; `undefined` where neither is or nothing fell back.
 */
export function fallbackMetric(comparison: Comparison): 'accelerated' | 'latency' | undefined {
  const metrics = objectionsOf(comparison).map(({ metric }) => metric);
  if (metrics.includes('accelerated')) return 'accelerated';
  return metrics.includes('latency') && comparison.fallbacks.length > 0 ? 'latency' : undefined;
}

/** `on the NPU: of the time 88 % → 3 %, of the operators 12 of 13 → 5 of 13`; nothing where one side has no accelerator. */
export function accelerationWords({ base, head }: Comparison): string | undefined {
  const [before, after] = [base?.acceleration ?? null, head?.acceleration ?? null];
  if (before === null || after === null) return undefined;
  const time = (acceleration: Acceleration) =>
    acceleration.time === null ? 'unknown' : formatPercent(acceleration.time);
  const operators = ({ operators: on, of }: Acceleration) => `${on} of ${of}`;
  return `on the ${after.unit.toUpperCase()}: of the time ${time(before)} → ${time(after)}, of the operators ${operators(before)} → ${operators(after)}`;
}
