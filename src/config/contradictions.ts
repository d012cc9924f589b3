import { batteryOf } from '../energy/battery.ts';
import { UserError } from '../errors.ts';
import { suggestion } from '../nearest.ts';
import { resolveTarget } from '../targets/load.ts';
import type { Path } from './positions.ts';

/** What is wrong with a value, and where the value is. */
interface Contradiction {
  readonly path: Path;
  readonly message: string;
}

/**
 * What the schema can't see: boards, runtimes and batteries that do not exist, and targets that are neither named in the file nor boards.
 * Takes the file's content as it is, so that these are told together with what the schema found; what has the wrong form is left to it.
 */
export function findContradictions(content: unknown): readonly Contradiction[] {
  const targets = entriesOf(member(content, 'targets'));
  const names = targets.map(([name]) => name);
  const boards = targets.flatMap(([name, target]) => {
    const board = typeof target === 'string' ? target : member(target, 'board');
    const path = ['targets', name, ...(typeof target === 'string' ? [] : ['board'])];
    return typeof board === 'string' && board !== '' ? explain(path, complaintOf(board)) : [];
  });
  const unknown = (path: Path, name: unknown) =>
    typeof name !== 'string' || name === '' || names.includes(name) || complaintOf(name) === undefined
      ? []
      : explain(path, `"${name}" is neither one of this file's targets nor a board${suggestion(name, names)}`);
  const listed = (section: string) =>
    itemsOf(member(content, section)).flatMap((entry, index) => {
      const wanted = member(entry, 'targets');
      const list = typeof wanted === 'string' ? [wanted] : itemsOf(wanted);
      return list.flatMap((name, item) => unknown([section, index, 'targets', item], name));
    });
  const batteries = itemsOf(member(content, 'models')).flatMap((entry, index) => {
    const battery = member(member(entry, 'duty-cycle'), 'battery');
    const path = ['models', index, 'duty-cycle', 'battery'];
    return typeof battery === 'string' && battery !== ''
      ? explain(
          path,
          complaint(() => batteryOf(battery)),
        )
      : [];
  });
  const schedules = itemsOf(member(content, 'schedule')).flatMap((entry, index) =>
    unknown(['schedule', index, 'target'], member(entry, 'target')),
  );
  return [...boards, ...listed('models'), ...listed('budgets'), ...batteries, ...schedules];
}

function complaintOf(target: string): string | undefined {
  return complaint(() => resolveTarget(target));
}

/** What looking something up complains of. */
function complaint(lookUp: () => unknown): string | undefined {
  try {
    lookUp();
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

function explain(path: Path, message: string | undefined): readonly Contradiction[] {
  return message === undefined ? [] : [{ path, message }];
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
