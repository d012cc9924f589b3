import { layerLabel } from '../graph/layer-label.ts';
import type { SensitivityRow } from '../quantize/sensitivity.ts';
import type { TextOptions } from './look.ts';
import { textTable } from './text-table.ts';
import { wrapLine } from './wrap.ts';

const rowsShown = 30;

/** Which operators lose most when they become integers, for a terminal; the worst first. Ends with a new line. */
export function renderSensitivityText(rows: readonly SensitivityRow[], options: TextOptions = {}): string {
  const decibels = (value: number | null) =>
    value === null || Number.isNaN(value) ? '–' : Number.isFinite(value) ? `${value.toFixed(1)} dB` : 'exact';
  const right = { align: 'right' } as const;
  const table = textTable(
    [
      { title: '#', ...right },
      { title: 'Operator', flexible: true },
      { title: 'Name', flexible: true },
      { title: 'int8 alone', ...right },
      { title: 'int16 alone', ...right },
      { title: 'Share of the noise', ...right },
    ],
    rows
      .slice(0, rowsShown)
      .map((row) => [
        String(row.operator),
        row.type,
        layerLabel(row.name),
        decibels(row.int8Decibels),
        decibels(row.int16Decibels),
        Number.isNaN(row.share) ? '–' : `${(100 * row.share).toFixed(1)} %`,
      ]),
    options,
  );
  const more = rows.length > rowsShown ? `… and ${rows.length - rowsShown} operators more\n` : '';
  return `${table}\n${more}${wrapLine('How far the outputs stay above the noise when this operator alone computes in integers.', options)}\n`;
}
