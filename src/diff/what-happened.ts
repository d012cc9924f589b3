import type { ComparedRow } from './compared-row.ts';
import { endEvents } from './end-events.ts';
import { counted } from './event-words.ts';
import type { Happening } from './happening.ts';
import type { DiffEvent } from './model-diff.ts';
import { planEvents } from './plan-events.ts';
import { precisionEvents } from './precision-events.ts';
import {
  depthEvents,
  kindEvents,
  otherEvents,
  settingEvents,
  structureEvents,
  widthEvents,
} from './structure-events.ts';
import { weightEvents } from './weight-events.ts';

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
  events.push(...planEvents(happening));
  if (events.length === 0) events.push(...otherEvents(rows));
  if (events.length === 0) {
    const text =
      happening.structureOnly === true
        ? 'The same operators and settings; weights are not compared.'
        : reExportedWords(happening);
    events.push({ code: 're-exported', text });
  }
  return [...format, ...events];
}

function countOf(rows: readonly ComparedRow[], side: 'base' | 'head'): number {
  return rows.filter((row) => row[side] !== undefined).length;
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
