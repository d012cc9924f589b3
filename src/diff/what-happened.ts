import { formatPercent } from '../format.ts';
import { elementCount } from '../graph/access.ts';
import type { Dialect } from '../graph/graph.ts';
import { layerLabel } from '../report/layer-label.ts';
import { type ComparedRow, withoutEffect } from './compared-row.ts';
import type { End } from './ends.ts';
import { nameOf } from './matching.ts';
import type { DiffEvent } from './model-diff.ts';
import { distanceOf, zerosOf } from './moved-words.ts';
import { channelsChange } from './shape-changes.ts';

/** What is known of a comparison when it is told what happened. */
export interface Happening {
  readonly isSameFile: boolean;
  readonly dialect: Dialect;
  /** Of both files, where they differ: `ONNX` and `TensorFlow Lite`. */
  readonly formats: readonly [base: string, head: string];
  /** The opset that a model as a whole is written in, where it has one. */
  readonly opsets: readonly [base: number | undefined, head: number | undefined];
  readonly rows: readonly ComparedRow[];
  readonly ends: readonly End[];
}

/** Weights that differ by less than this were computed by others in another order, not learned anew: some single-precision roundings. */
const roundingDistance = 1e-6;
/** Operators that compute nothing. */
const passive = /^(Identity|Dropout)$/;
const converting = /^(QuantizeLinear|DequantizeLinear|DynamicQuantizeLinear|QUANTIZE|DEQUANTIZE|Cast|CAST)$/;
/** Settings that follow from the shapes around them. */
const ofShape = /^(group|shape|new_shape|input \d+) /;
const mostNames = 4;

/** What happened to the model, the most important first, a sentence each. */
export function whatHappened(happening: Happening): readonly DiffEvent[] {
  const { rows, ends, formats, isSameFile } = happening;
  if (isSameFile) return [{ code: 'identical', text: 'The same file, byte for byte.' }];
  const format: readonly DiffEvent[] =
    formats[0] === formats[1]
      ? []
      : [{ code: 'format-changed', text: `Another format: ${formats[1]}, before ${formats[0]}.` }];
  const shared = rows.filter(({ base, head }) => base !== undefined && head !== undefined).length;
  const larger = Math.max(countOf(rows, 'base'), countOf(rows, 'head'));
  if (shared < 0.2 * larger) {
    return [
      { code: 'unrelated', text: `Little in common: ${shared} of ${larger} operators have a counterpart.` },
      ...format,
    ];
  }
  const precision = precisionEvents(rows);
  const events = [
    ...precision,
    ...endEvents(ends, precision.length > 0),
    ...kindEvents(rows, precision.length > 0),
    ...depthEvents(rows),
    ...widthEvents(happening),
    ...structureEvents(rows, precision.length > 0),
    ...settingEvents(rows),
    ...weightEvents(rows, precision.length > 0),
  ];
  const moved = rows.filter(({ kind }) => kind === 'moved').length;
  if (moved > 0) {
    events.push({
      code: 'reordered',
      text: `Runs in another order: ${counted(moved, 'operator')} moved${events.length === 0 ? ', the same is computed' : ''}.`,
    });
  }
  if (events.length === 0) events.push(...otherEvents(rows));
  if (events.length === 0) events.push({ code: 're-exported', text: reExportedWords(happening) });
  return [...format, ...events];
}

function countOf(rows: readonly ComparedRow[], side: 'base' | 'head'): number {
  return rows.filter((row) => row[side] !== undefined).length;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `conv_1, conv_2 and 3 more`. */
function named(rows: readonly ComparedRow[]): string {
  return listed(rows.map(labelOf), mostNames, ', ');
}

/** The first few phrases, equal ones once: converters give several operators one name. */
function listed(phrases: readonly string[], most: number, between: string): string {
  const counts = new Map<string, number>();
  for (const phrase of phrases) counts.set(phrase, (counts.get(phrase) ?? 0) + 1);
  const told = [...counts]
    .slice(0, most)
    .map(([phrase, count]) => (count === 1 ? phrase : `${phrase} (${count} times)`));
  const rest = [...counts.values()].slice(most).reduce((sum, count) => sum + count, 0);
  return rest > 0 ? `${told.join(between)} and ${rest} more` : told.join(between);
}

function labelOf({ base, head }: ComparedRow): string {
  const node = head ?? base;
  if (node === undefined) return '?';
  const name = layerLabel(nameOf(node));
  return name === '' ? `operator ${node.index}` : name.length > 80 ? `${name.slice(0, 79)}…` : name;
}

/** True for what people call a layer: with weights of two dimensions at least, not just a scale or an offset. */
function hasWeights({ base, head }: ComparedRow): boolean {
  return [...((head ?? base)?.weights.values() ?? [])].some(({ shape }) => (shape?.length ?? 0) >= 2);
}

function typeOf({ base, head }: ComparedRow): string {
  return (head ?? base)?.operator.type ?? '';
}

const isFloat = (words: string) => /^(b?float\d+)/.test(words);
const isInteger = (words: string) => /^u?int(2|4|8|16)$/.test(words);

/** From floats to integers or back: operators whose results or weights changed their type, or that quantise now. */
function precisionEvents(rows: readonly ComparedRow[]): readonly DiffEvent[] {
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

function endEvents(ends: readonly End[], isQuantised: boolean): readonly DiffEvent[] {
  const shapeOf = (words: string | null) => words?.slice(words.indexOf(' ') + 1);
  const resized = ends.filter(
    ({ role, base, head }) => role === 'input' && base !== null && head !== null && shapeOf(base) !== shapeOf(head),
  );
  const others = ends.filter(
    (end) => end.base !== end.head && !resized.includes(end) && !(isQuantised && isOnlyType(end)),
  );
  const words = ({ role, name, base, head }: End) =>
    `${role} ${name.slice(0, 80) || 'without a name'} ${base === null ? `is new (${head})` : head === null ? 'is gone' : `${base} → ${head}`}`;
  const list = (some: readonly End[]) =>
    [...some.slice(0, 3).map(words), ...(some.length > 3 ? [`${some.length - 3} more`] : [])].join(', ');
  return [
    ...(resized.length === 0 ? [] : [{ code: 'new-input-size' as const, text: `New input size: ${list(resized)}.` }]),
    ...(others.length === 0
      ? []
      : [{ code: 'interface-changed' as const, text: `Other inputs or outputs: ${list(others)}.` }]),
  ];
}

function isOnlyType({ base, head }: End): boolean {
  return base !== null && head !== null && base.split(' ')[1] === head.split(' ')[1];
}

function kindEvents(rows: readonly ComparedRow[], isQuantised: boolean): readonly DiffEvent[] {
  const before = new Set(rows.flatMap(({ base }) => (base === undefined ? [] : [base.operator.type])));
  const counts = new Map<string, number>();
  for (const { head } of rows) {
    const type = head?.operator.type;
    if (type === undefined || before.has(type) || passive.test(type) || (isQuantised && converting.test(type)))
      continue;
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  if (counts.size === 0) return [];
  const kinds = [...counts].map(([type, count]) => (count === 1 ? type : `${type} (${count} times)`));
  const told = kinds.slice(0, 6).join(', ').slice(0, 400);
  return [
    {
      code: 'new-operator-kind',
      text: `New ${counts.size === 1 ? 'kind' : 'kinds'} of operators: ${told}${kinds.length > 6 ? ` and ${kinds.length - 6} more` : ''}.`,
    },
  ];
}

function depthEvents(rows: readonly ComparedRow[]): readonly DiffEvent[] {
  const added = rows.filter((row) => row.kind === 'added' && hasWeights(row));
  const removed = rows.filter((row) => row.kind === 'removed' && hasWeights(row));
  const more = added.length - removed.length;
  if (more > 0)
    return [{ code: 'deeper', text: `Deeper: ${counted(more, 'more layer')} with weights (${named(added)}).` }];
  if (more < 0)
    return [
      { code: 'shallower', text: `Shallower: ${counted(-more, 'layer')} with weights fewer (${named(removed)}).` },
    ];
  return [];
}

function widthEvents({ rows, dialect }: Happening): readonly DiffEvent[] {
  const changed = rows.flatMap((row) => {
    const change = row.base && row.head ? channelsChange(row.base, row.head, dialect) : undefined;
    return change === undefined ? [] : [{ row, before: change[0], after: change[1] }];
  });
  const event = (code: 'wider' | 'narrower', title: string, sign: number): readonly DiffEvent[] => {
    const some = changed.filter(({ before, after }) => Math.sign(after - before) === sign);
    if (some.length === 0) return [];
    const phrases = some.map(({ row, before, after }) => `${labelOf(row)} ${before} → ${after} channels`);
    return [{ code, text: cut(`${title}: ${listed(phrases, 3, ', ')}.`) }];
  };
  return [...event('wider', 'Wider', 1), ...event('narrower', 'Narrower', -1)];
}

/** What was added, taken out, replaced or connected otherwise, of what no other sentence tells. */
function structureEvents(rows: readonly ComparedRow[], isQuantised: boolean): readonly DiffEvent[] {
  const counts = (kind: 'added' | 'removed') => rows.filter((row) => row.kind === kind && hasWeights(row)).length;
  const isEven = counts('added') === counts('removed');
  const tells = (row: ComparedRow) =>
    !passive.test(typeOf(row)) && !(isQuantised && converting.test(typeOf(row))) && (isEven || !hasWeights(row));
  const added = rows.filter((row) => row.kind === 'added' && tells(row));
  const removed = rows.filter((row) => row.kind === 'removed' && tells(row));
  const replaced = rows.filter(({ changes }) => changes.some(({ what }) => what === 'type'));
  const rewired = rows.filter(({ changes }) => changes.some(({ what }) => what === 'connections'));
  const parts = [
    ...(added.length === 0 ? [] : [`${counted(added.length, 'operator')} added (${named(added)})`]),
    ...(removed.length === 0 ? [] : [`${counted(removed.length, 'operator')} removed (${named(removed)})`]),
    ...(replaced.length === 0 ? [] : [`${counted(replaced.length, 'operator')} replaced (${named(replaced)})`]),
    ...(rewired.length === 0 ? [] : [`${counted(rewired.length, 'operator')} connected otherwise (${named(rewired)})`]),
  ];
  return parts.length === 0 ? [] : [{ code: 'restructured', text: cut(`Restructured: ${parts.join(', ')}.`) }];
}

/** Settings that are shapes follow from what is told elsewhere. */
function settingEvents(rows: readonly ComparedRow[]): readonly DiffEvent[] {
  const changed = rows.flatMap((row) => {
    const isResized = row.changes.some(({ what }) => what === 'shape');
    const first = row.changes.find(({ what, text }) => what === 'attribute' && !(isResized && ofShape.test(text)));
    return first === undefined ? [] : [`${labelOf(row)} ${first.text}`];
  });
  if (changed.length === 0) return [];
  return [{ code: 'settings-changed', text: cut(`Other settings: ${listed(changed, 3, '; ')}.`) }];
}

function weightEvents(rows: readonly ComparedRow[], isQuantised: boolean): readonly DiffEvent[] {
  const learned = rows.filter(({ base, head }) => (base?.weights.size ?? 0) > 0 && head !== undefined);
  const retrained = learned.filter(({ changes }) => changes.some(({ what }) => what === 'weights'));
  const rescaled = rows.filter(({ changes }) => changes.some(({ what }) => what === 'quantisation'));
  const moved = retrained.flatMap((row) => row.moved);
  const distance = distanceOf(moved) ?? 0;
  if (retrained.length === 0 || (isQuantised && distance < 0.1)) {
    return rescaled.length === 0 || isQuantised
      ? []
      : [
          {
            code: 're-quantised',
            text: `Re-quantised: the same weights, with other scales or zero points at ${counted(rescaled.length, 'operator')}.`,
          },
        ];
  }
  if (moved.length > 0 && distance < roundingDistance) {
    return [
      { code: 're-exported', text: `Exported anew: weights differ by rounding alone (${formatPercent(distance)}).` },
    ];
  }
  // Where most shapes changed, the few weights that can still be compared are not worth a sentence.
  if (moved.length > 0 && elementsOf(learned, true) < 0.1 * elementsOf(learned, false)) return [];
  const zeros = zerosOf(moved);
  const isPruned = zeros.after >= 0.2 && zeros.after - zeros.before >= 0.1;
  const isOnly = rows.every(
    ({ kind, changes }) =>
      kind !== 'added' &&
      kind !== 'removed' &&
      changes.every(({ what }) => what === 'weights' || what === 'quantisation' || withoutEffect.has(what)),
  );
  const most = [...retrained].sort((left, right) => (distanceOf(right.moved) ?? 0) - (distanceOf(left.moved) ?? 0))[0];
  const mostWords =
    most === undefined || retrained.length < 2
      ? ''
      : ` (${labelOf(most)} most, by ${formatPercent(distanceOf(most.moved) ?? 0)})`;
  const by = `moved by ${formatPercent(distance)}${mostWords}`;
  const where =
    retrained.length === learned.length ? 'weights' : `the weights of ${retrained.length} of ${learned.length} layers`;
  const scales = rescaled.length === 0 ? '' : ', and their quantisation with them';
  return [
    ...(isPruned
      ? [
          {
            code: 'pruned' as const,
            text: `Pruned: ${formatPercent(zeros.after)} of the weights are 0, before ${formatPercent(zeros.before)}.`,
          },
        ]
      : []),
    {
      code: 'retrained',
      text: isOnly
        ? `Retrained only: the same structure, ${where} ${by}${scales}.`
        : `Retrained: ${where} ${by}${scales}.`,
    },
  ];
}

/** Learned numbers of the head: all, or those of constants whose shape is the base's. */
function elementsOf(rows: readonly ComparedRow[], comparable: boolean): number {
  let sum = 0;
  for (const { base, head } of rows) {
    for (const [position, tensor] of head?.weights ?? []) {
      const isComparable = base?.weights.get(position)?.shape?.join() === tensor.shape?.join();
      if (!comparable || isComparable) sum += elementCount(tensor) ?? 0;
    }
  }
  return sum;
}

/** What no other sentence tells, so that a model that differs is never said not to. */
function otherEvents(rows: readonly ComparedRow[]): readonly DiffEvent[] {
  const phrases = rows.flatMap((row) => {
    const first = row.changes.find(({ what }) => !withoutEffect.has(what));
    return first === undefined ? [] : [`${labelOf(row)} ${first.text}`];
  });
  return phrases.length === 0 ? [] : [{ code: 'settings-changed', text: cut(`Changed: ${listed(phrases, 3, '; ')}.`) }];
}

function reExportedWords({ rows, opsets }: Happening): string {
  const renamed = rows.filter(({ changes }) => changes.some(({ what }) => what === 'name')).length;
  const idle = rows.filter(({ kind }) => kind === 'added' || kind === 'removed').length;
  const [before, after] = opsets;
  const parts = [
    ...(before === after || before === undefined || after === undefined ? [] : [`opset ${before} → ${after}`]),
    ...(renamed === 0 ? [] : [`${counted(renamed, 'operator')} under other names`]),
    ...(idle === 0 ? [] : [`${counted(idle, 'operator')} that compute nothing come or go`]),
  ];
  const what = parts.length === 0 ? 'only the file is written otherwise' : parts.join(', ');
  return `Exported anew with no effect: the same operators, settings and weights; ${what}.`;
}

function cut(text: string): string {
  return text.length > 600 ? `${text.slice(0, 599)}…` : text;
}
