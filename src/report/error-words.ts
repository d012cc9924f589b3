import { formatPercent } from '../basics/format.ts';
import type { Metric } from '../measurement/measurement.ts';

/**
 * How far numbers of one basis may be off, from the least to the most of their errors: `, off by 3 % to 10 % on average` for estimates,
 * `, repeats ±1.4 %` for what a device measured several times; nothing without an error.
 */
export function errorWords(basis: Metric['basis'], errors: readonly number[]): string {
  if (errors.length === 0) return '';
  const [least, most] = [formatPercent(Math.min(...errors)), formatPercent(Math.max(...errors))];
  const range = least === most ? least : `${least} to ${most}`;
  return basis === 'measured' ? `, repeats ±${range}` : `, off by ${range} on average`;
}
