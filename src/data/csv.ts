import { UserError } from '../errors.ts';
import type { DataArray } from './data-set.ts';
import { labelNames } from './sliced.ts';

const mostCells = 100_000_000;

/**
 * Numbers separated by commas, semicolons or tabs, one sample a line, as the arrays `x` and `y`.
 * With a header line, the column named `y`, `label` or `labels` is the label, and without such a column there are none; without a header the last column is the label.
 * @throws UserError that names the line where something is not a number or a column is missing.
 */
export function readCsv(bytes: Uint8Array, label: string): Readonly<Record<string, DataArray>> {
  const lines = new TextDecoder().decode(bytes).split(/\r\n|\n|\r/);
  const rows = lines.map((line, index) => ({ line, number: index + 1 })).filter(({ line }) => line.trim() !== '');
  const [first] = rows;
  if (first === undefined) throw new UserError(`${label} is empty; put one sample on each line.`);
  const separator = [';', '\t', ','].find((candidate) => first.line.includes(candidate)) ?? ',';
  const cellsOf = (line: string): string[] =>
    line.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  const header = cellsOf(first.line);
  const hasHeader = header.some((cell) => !isNumber(cell));
  const samples = hasHeader ? rows.slice(1) : rows;
  const columns = header.length;
  if (samples.length * columns > mostCells) throw new UserError(`${label} has too many cells; use an .npz file.`);
  const labelColumn = hasHeader ? header.findIndex((cell) => labelNames.includes(cell.toLowerCase())) : columns - 1;
  const width = labelColumn < 0 ? columns : columns - 1;
  if (width === 0) throw new UserError(`${label} has only one column; inputs and label need at least two.`);
  const x = new Float32Array(samples.length * width);
  const y = new Float64Array(samples.length);
  samples.forEach(({ line, number }, sample) => {
    const cells = cellsOf(line);
    if (cells.length !== columns) {
      throw new UserError(`${label}:${number} has ${cells.length} columns, the first line has ${columns}.`);
    }
    let next = sample * width;
    cells.forEach((cell, column) => {
      if (!isNumber(cell))
        throw new UserError(`${label}:${number} column ${column + 1} is "${cell.slice(0, 40)}", not a number.`);
      if (column === labelColumn) y[sample] = Number(cell);
      else {
        x[next] = Number(cell);
        next += 1;
      }
    });
  });
  const inputs: DataArray = { dtype: 'float32', shape: [samples.length, width], data: x };
  return labelColumn < 0 ? { x: inputs } : { x: inputs, y: { dtype: 'float64', shape: [samples.length], data: y } };
}

function isNumber(cell: string): boolean {
  return cell !== '' && Number.isFinite(Number(cell));
}
