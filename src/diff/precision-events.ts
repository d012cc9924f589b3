import type { ComparedRow } from './compared-row.ts';
import { hasWeights, typeOf } from './event-words.ts';
import type { DiffEvent } from './model-diff.ts';

const isFloat = (words: string) => /^(b?float\d+)/.test(words);

const isInteger = (words: string) => /^u?int(2|4|8|16)$/.test(words);

/** From floats to integers or back: operators whose results or weights changed their type, or that quantise now. */
export function precisionEvents(rows: readonly ComparedRow[]): readonly DiffEvent[] {
  const tally = { quantised: 0, dequantised: 0 };
  for (const row of rows) {
    if (row.kind === 'added' && /^(QuantizeLinear|QUANTIZE)$/.test(typeOf(row))) tally.quantised += 1;
    if (row.kind === 'removed' && /^(QuantizeLinear|QUANTIZE)$/.test(typeOf(row))) tally.dequantised += 1;
    for (const { what, text } of row.changes) {
      if (what !== 'data-type') continue;
      const [before = '', after = ''] = text.replace('weights ', '').split(' → ');
      if (isFloat(before) && isInteger(after)) tally.quantised += 1;
      if (isInteger(before) && isFloat(after)) tally.dequantised += 1;
    }
  }
  const weighty = rows.filter((row) => hasWeights(row) && row.base !== undefined && row.head !== undefined).length;
  const enough = Math.max(1, weighty / 2);
  const results = [commonType(rows, 'base', 'outputs'), commonType(rows, 'head', 'outputs')];
  const weights = [commonType(rows, 'base', 'weights'), commonType(rows, 'head', 'weights')];
  const [before, after] = results[0] === results[1] ? weights : results;
  const types = before === after ? '' : `: ${before} became ${after}`;
  if (tally.quantised >= enough && tally.quantised > tally.dequantised) {
    return [{ code: 'quantised', text: `Quantised${types}.` }];
  }
  if (tally.dequantised >= enough && tally.dequantised > tally.quantised) {
    return [{ code: 'dequantised', text: `No longer quantised${types}.` }];
  }
  return [];
}

/** The commonest element type of results, or of weights. */
function commonType(rows: readonly ComparedRow[], side: 'base' | 'head', of: 'outputs' | 'weights'): string {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const [tensor] = row[side]?.[of].values() ?? [];
    if (tensor !== undefined && tensor !== null) counts.set(tensor.dtype, (counts.get(tensor.dtype) ?? 0) + 1);
  }
  const [first] = [...counts].sort(([, left], [, right]) => right - left);
  return first?.[0] ?? 'the numbers';
}
