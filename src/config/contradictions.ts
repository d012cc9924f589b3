import { suggestion } from '../basics/nearest.ts';
import { isRecord, propertyOf } from '../basics/records.ts';
import { batteryOf } from '../energy/battery.ts';
import { UserError } from '../errors.ts';
import { isNonPreemptive, policies } from '../schedule/task.ts';
import { resolveTarget } from '../targets/load.ts';
import type { Path } from './positions.ts';
import { noSupply } from './targets.ts';

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
  const targets = entriesOf(propertyOf(content, 'targets'));
  const names = targets.map(([name]) => name);
  const boards = targets.flatMap(([name, target]) => {
    const board = typeof target === 'string' ? target : propertyOf(target, 'board');
    const path = ['targets', name, ...(typeof target === 'string' ? [] : ['board'])];
    return typeof board === 'string' && board !== '' ? explain(path, complaintOf(board)) : [];
  });
  const voltages = targets.flatMap(([name, target]) => {
    const board = propertyOf(target, 'board');
    if (propertyOf(target, 'voltage') === undefined || typeof board !== 'string' || complaintOf(board) !== undefined)
      return [];
    const known = resolveTarget(board).board;
    return known.power.supply === undefined ? explain(['targets', name, 'voltage'], noSupply(known)) : [];
  });
  const unknown = (path: Path, name: unknown) =>
    typeof name !== 'string' || name === '' || names.includes(name) || complaintOf(name) === undefined
      ? []
      : explain(path, `"${name}" is neither one of this file's targets nor a board${suggestion(name, names)}`);
  const listed = (section: string) =>
    itemsOf(propertyOf(content, section)).flatMap((entry, index) => {
      const wanted = propertyOf(entry, 'targets');
      const list = typeof wanted === 'string' ? [wanted] : itemsOf(wanted);
      return list.flatMap((name, item) => unknown([section, index, 'targets', item], name));
    });
  const batteries = itemsOf(propertyOf(content, 'models')).flatMap((entry, index) => {
    const path = ['models', index, 'duty-cycle', 'battery'];
    return unknownBattery(path, propertyOf(propertyOf(entry, 'duty-cycle'), 'battery'));
  });
  const schedules = itemsOf(propertyOf(content, 'schedule')).flatMap((entry, index) =>
    scheduleContradictions(entry, index, targets, unknown),
  );
  return [...boards, ...voltages, ...listed('models'), ...listed('budgets'), ...batteries, ...schedules];
}

/** A schedule that no target of the file would be judged by, arenas that tasks would overwrite for each other, and tasks that are there twice. */
function scheduleContradictions(
  entry: unknown,
  index: number,
  targets: readonly (readonly [string, unknown])[],
  unknown: (path: Path, name: unknown) => readonly Contradiction[],
): readonly Contradiction[] {
  const at = (...path: Path): Path => ['schedule', index, ...path];
  const target = propertyOf(entry, 'target');
  const notKnown = unknown(at('target'), target);
  const boards = targets.flatMap(([name, each]) => {
    const board = typeof each === 'string' ? each : propertyOf(each, 'board');
    return typeof board === 'string' ? [name, board, board.split('/')[0] ?? ''] : [name];
  });
  const isJudged = targets.length === 0 || boards.some((name) => name === target);
  const idle = `no target of this file is "${target}", so that nothing would judge this schedule`;
  const policy = policies.find((each) => each === propertyOf(entry, 'policy')) ?? 'non-preemptive';
  const overwritten =
    propertyOf(entry, 'arenas') === 'shared' && !isNonPreemptive(policy)
      ? `models that interrupt each other can't share an arena: with policy ${policy} arenas are separate`
      : undefined;
  const names = itemsOf(propertyOf(entry, 'tasks')).map(
    (task) => propertyOf(task, 'model') ?? propertyOf(task, 'name'),
  );
  return [
    ...notKnown,
    ...unknownBattery(at('battery'), propertyOf(entry, 'battery')),
    ...(notKnown.length === 0 && typeof target === 'string' && !isJudged ? explain(at('target'), idle) : []),
    ...explain(at('arenas'), overwritten),
    ...names.flatMap((name, task) =>
      typeof name === 'string' && names.indexOf(name) < task
        ? explain(at('tasks', task), `"${name.slice(0, 200)}" is already a task of this schedule`)
        : [],
    ),
  ];
}

function unknownBattery(path: Path, battery: unknown): readonly Contradiction[] {
  if (typeof battery !== 'string' || battery === '') return [];
  return explain(
    path,
    complaint(() => batteryOf(battery)),
  );
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

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isRecord(value) && !Array.isArray(value) ? Object.entries(value) : [];
}

function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
