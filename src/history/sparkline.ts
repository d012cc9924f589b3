/** Eight heights, lowest first (U+2581 to U+2588). */
const heights = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** Values as a row of small bars: the lowest is the lowest bar, the highest the highest, and values that are all the same are low. Of more than `width` the last are shown. */
export function sparkline(values: readonly number[], width = 24): string {
  const shown = values.slice(-width);
  const [low, high] = [Math.min(...shown), Math.max(...shown)];
  return shown
    .map((value) => {
      const share = high > low ? (value - low) / (high - low) : 0;
      return heights[Math.round(share * (heights.length - 1))] ?? heights[0];
    })
    .join('');
}
