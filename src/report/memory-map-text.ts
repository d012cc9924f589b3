import { formatValue } from '../basics/format.ts';
import { plain } from '../basics/plain.ts';
import { layerLabel } from '../graph/layer-label.ts';
import type { Measurement, PlannedBuffer } from '../measurement/measurement.ts';
import { type Look, paintWith, type TextOptions } from './look.ts';
import { livesAt, memoryPeak, ownPlanWords } from './memory-peak.ts';
import { columnsOf } from './shorten.ts';
import { type Row, textTable } from './text-table.ts';
import { wrapLine } from './wrap.ts';

const rowsShown = 16;
const widestOperator = 4;

/** Of a pipe or a file, so that many operators don't make lines without end. */
const usualWidth = 100;
const labelEvery = 4;

/** Those of the legend have capitals, the others what is left. */
const capitals = [...'ABCDEFGHIJKL'];
const others = [...'abcdefghijklmnopqrstuvwxyz'];

/** A run of operators that share one column of the picture. */
interface Slot {
  readonly first: number;
  readonly last: number;
}

/**
 * The plan of a model's activations in characters: offsets upwards, operators to the right, a letter for each buffer, the operator with the
 * most memory in use marked; below it what the capitals stand for. Empty where there is no plan.
 */
export function renderMemoryMapText({ memory, layers }: Measurement, options: TextOptions = {}): string {
  const buffers = (memory?.buffers ?? []).filter(({ bytes }) => bytes > 0);
  if (memory === null || buffers.length === 0) return '';
  const top = Math.max(...buffers.map(({ offset, bytes }) => offset + bytes));
  const operators = Math.max(...buffers.map(({ last }) => last)) + 1;
  const { operator: peak } = memoryPeak(buffers);
  const told = legendBuffers(buffers, peak);
  const letters = lettersOf(buffers, told);
  const step = rowStep(top);
  const rows = Math.ceil(top / step);
  const labels = Array.from({ length: rows + 1 }, (_, row) =>
    row % labelEvery === 0 || row === rows ? formatValue(Math.min(row * step, top), 'B') : '',
  );
  const margin = Math.max(...labels.map(columnsOf));
  const { slots, wide } = slotsOf(operators, (options.width ?? usualWidth) - margin - 2);
  const paint = paintWith(options);
  const lines = Array.from({ length: rows }, (_, index) => {
    const row = rows - 1 - index;
    const cells = slots.map((slot) => {
      const buffer = widestIn(buffers, slot, { from: row * step, to: Math.min((row + 1) * step, top) });
      const text = (buffer === undefined ? ' ' : (letters.get(buffer) ?? ' ')).repeat(wide);
      return holds(slot, peak) ? paint('strong', text) : paint(lookAt(buffer, peak), text);
    });
    return `${(labels[row + 1] ?? '').padStart(margin)} ┤${cells.join('')}`.trimEnd();
  });
  const layer = layers[peak];
  const own = ownPlanWords(memory);
  const title = `Memory map: ${formatValue(top, 'B')} over ${operators} operators, most in use at operator ${peak}${layer === undefined ? '' : ` (${layer.type} ${layerLabel(layer.name)})`}`;
  return [
    paint('strong', wrapLine(plain(title), options)),
    ...lines,
    `${(labels[0] ?? '').padStart(margin)} ┼${axis(slots, wide, peak)}`,
    `${' '.repeat(margin + 2)}${numbers(slots, wide)}`,
    legend(told, letters, { ...options, peak, all: buffers.length }),
    ...(own === undefined ? [] : [wrapLine(own, options)]),
  ].join('\n');
}

/** What the legend tells of: what is in use at the peak, and the largest of the rest, in the order in which the model fills them. */
function legendBuffers(buffers: readonly PlannedBuffer[], peak: number): readonly PlannedBuffer[] {
  return buffers
    .toSorted((one, other) => Number(livesAt(other, peak)) - Number(livesAt(one, peak)) || other.bytes - one.bytes)
    .slice(0, capitals.length)
    .toSorted(byTime);
}

function byTime(one: PlannedBuffer, other: PlannedBuffer): number {
  return one.first - other.first || one.offset - other.offset;
}

/** A letter for every buffer, so that neighbours differ. */
function lettersOf(
  buffers: readonly PlannedBuffer[],
  told: readonly PlannedBuffer[],
): ReadonlyMap<PlannedBuffer, string> {
  const rest = buffers.filter((buffer) => !told.includes(buffer)).toSorted(byTime);
  return new Map([
    ...told.map((buffer, index) => [buffer, capitals[index] ?? ''] as const),
    ...rest.map((buffer, index) => [buffer, others[index % others.length] ?? ''] as const),
  ]);
}

/** Bytes of a row: a power of two, so that there are at most so many rows. */
function rowStep(top: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, top / rowsShown)));
}

/** As many characters for an operator as there is room for, or several operators for a character. */
function slotsOf(operators: number, room: number): { readonly slots: readonly Slot[]; readonly wide: number } {
  const wide = Math.max(1, Math.min(widestOperator, Math.floor(room / operators)));
  const each = Math.max(1, Math.ceil(operators / Math.max(1, room)));
  const slots = Array.from({ length: Math.ceil(operators / each) }, (_, index) => ({
    first: index * each,
    last: Math.min(operators, (index + 1) * each) - 1,
  }));
  return { slots, wide };
}

/** The buffer that takes most of a piece of the picture, where it takes a quarter or more. */
function widestIn(
  buffers: readonly PlannedBuffer[],
  slot: Slot,
  band: { readonly from: number; readonly to: number },
): PlannedBuffer | undefined {
  let [widest, most]: [PlannedBuffer | undefined, number] = [
    undefined,
    ((band.to - band.from) * (slot.last - slot.first + 1)) / 4,
  ];
  for (const buffer of buffers) {
    const height = Math.min(band.to, buffer.offset + buffer.bytes) - Math.max(band.from, buffer.offset);
    const length = Math.min(slot.last, buffer.last) - Math.max(slot.first, buffer.first) + 1;
    if (height > 0 && length > 0 && height * length >= most) [widest, most] = [buffer, height * length];
  }
  return widest;
}

function holds({ first, last }: Slot, operator: number): boolean {
  return first <= operator && operator <= last;
}

function lookAt(buffer: PlannedBuffer | undefined, peak: number): Look {
  return buffer !== undefined && livesAt(buffer, peak) ? 'warning' : 'faint';
}

/** The line below the picture, with an arrow at the peak. */
function axis(slots: readonly Slot[], wide: number, peak: number): string {
  return slots.map((slot) => (holds(slot, peak) ? '▲' : '─').padEnd(wide, '─')).join('');
}

/** Numbers of operators below the first character of each that has room. */
function numbers(slots: readonly Slot[], wide: number): string {
  let line = '';
  slots.forEach(({ first }, index) => {
    const place = index * wide;
    const isRound = first % 5 === 0 || slots.length <= 12;
    const fits = place + String(first).length <= Math.max(slots.length * wide, 1);
    if (isRound && fits && (line === '' || line.length < place)) line = `${line.padEnd(place)}${first}`;
  });
  return line;
}

function legend(
  told: readonly PlannedBuffer[],
  letters: ReadonlyMap<PlannedBuffer, string>,
  { peak, all, ...options }: TextOptions & { readonly peak: number; readonly all: number },
): string {
  const right = { align: 'right' } as const;
  const rows = told.map((buffer): Row => {
    const { tensor, offset, bytes, first, last } = buffer;
    const isAtPeak = livesAt(buffer, peak);
    const begin = Math.max(0, first);
    return [
      { text: letters.get(buffer) ?? '', look: isAtPeak ? 'strong' : undefined },
      layerLabel(tensor),
      formatValue(bytes, 'B'),
      formatValue(offset, 'B'),
      begin === last ? `${begin}` : `${begin}–${last}`,
      isAtPeak ? { text: 'at the peak', look: 'warning' } : '',
    ];
  });
  const table = textTable(
    [
      { title: '' },
      { title: 'Buffer', flexible: true },
      { title: 'Size', ...right },
      { title: 'Offset', ...right },
      { title: 'Operators', ...right },
      { title: '', optional: 1 },
    ],
    rows,
    options,
  );
  const more = all - told.length;
  return more === 0
    ? table
    : `${table}\n… and ${more} smaller ${more === 1 ? 'buffer' : 'buffers'} in small letters; --json has all`;
}
