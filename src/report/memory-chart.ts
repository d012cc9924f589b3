import { formatValue } from '../basics/format.ts';
import { layerLabel } from '../graph/layer-label.ts';
import type { Comparison } from '../judge/comparison.ts';
import type { Measurement } from '../measurement/measurement.ts';
import { code } from './escape.ts';

/** Comparisons that get a chart at most, and points of a curve. */
const charts = 3;
const points = 60;

/**
 * For models whose peak RAM changed: what is alive while each operator runs, base beside head, as a Mermaid chart that GitHub draws, with the peaks in words for who reads it
 * in an e-mail; a model once, on the target that is worst off. The chart holds numbers alone: nothing of a model's names goes into its language.
 */
export function memoryCharts(comparisons: readonly Comparison[]): string {
  const models = new Set<string>();
  return comparisons
    .flatMap((comparison) => {
      if (models.has(comparison.model)) return [];
      const chart = chartOf(comparison);
      if (chart.length > 0) models.add(comparison.model);
      return chart;
    })
    .slice(0, charts)
    .join('\n\n');
}

function chartOf({ model, target, base, head, deltas }: Comparison): readonly string[] {
  if (base === null || head === null || (deltas.peakRam?.absolute ?? 0) === 0) return [];
  const [before, after] = [aliveOf(base), aliveOf(head)];
  if (before.length < 3 || after.length < 3) return [];
  const words = `${code(model)} on ${code(target)}: most is alive ${peakWords(head)}; before, ${peakWords(base)}.`;
  return [
    `${words}

\`\`\`mermaid
xychart-beta
  title "Activations alive, from the first operator to the last: head (bars), base (line)"
  x-axis "% of the operators" 0 --> 100
  y-axis "KiB" 0 --> ${Math.ceil(Math.max(...before, ...after) * 1.1)}
  bar [${after.join(', ')}]
  line [${before.join(', ')}]
\`\`\``,
  ];
}

/** KiB that are alive while each operator runs; of several operators that share a point the most. */
function aliveOf({ layers }: Measurement): readonly number[] {
  const count = Math.min(points, layers.length);
  return Array.from({ length: count }, (_, index) => {
    const [from, to] = [index, index + 1].map((end) => Math.floor((end * layers.length) / count));
    const most = Math.max(...layers.slice(from, to).map(({ liveBytes }) => liveBytes));
    return Math.round(most / 102.4) / 10;
  });
}

function peakWords({ layers }: Measurement): string {
  const fullest = layers.reduce((most, layer) => (layer.liveBytes > most.liveBytes ? layer : most));
  return `while ${code(layerLabel(fullest.name), 60)} runs (${formatValue(fullest.liveBytes, 'B')})`;
}
