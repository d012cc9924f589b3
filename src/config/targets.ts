import { nearest } from '../basics/nearest.ts';
import { UserError } from '../errors.ts';
import type { Board } from '../targets/board.ts';
import { defaultTarget } from '../targets/default-target.ts';
import { boardIds, resolveTarget, targetOn } from '../targets/load.ts';
import { clockedAt, poweredAs, suppliedAt } from '../targets/other-conditions.ts';
import type { Target } from '../targets/target.ts';
import type { Config, ConfiguredTarget } from './config.ts';

/** The targets that an input or an option names: separated by commas, spaces or lines. */
export function splitTargets(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((name) => name !== '');
}

/**
 * The targets to judge: those requested, by a name of the configuration's or as `board` or `board/runtime`; when none is, all that the configuration names; when it names none, the default board.
 * A name means what the base's configuration says, and what only the head's names is new. Each target comes once.
 * @throws UserError naming the nearest known name when a requested one is neither.
 */
export function resolveTargets(
  base: Config | null,
  head: Config | null,
  requested: readonly string[],
): readonly Target[] {
  const configured = new Map<string, ConfiguredTarget>();
  for (const target of [...(base?.targets ?? []), ...(head?.targets ?? [])]) {
    if (!configured.has(target.name)) configured.set(target.name, target);
  }
  const names = requested.length > 0 ? requested : configured.size > 0 ? [...configured.keys()] : [defaultTarget];
  return [...new Set(names)].map((name) => {
    const target = configured.get(name);
    return target === undefined ? fromText(name, [...configured.keys()]) : fromConfig(target);
  });
}

function fromConfig({ name, board, own, clockHz, volts, power, ram, flash }: ConfiguredTarget): Target {
  const available = {
    ...(ram === undefined ? {} : { ramBytes: ram.value }),
    ...(flash === undefined ? {} : { flashBytes: flash.value }),
  };
  if (own !== undefined && own.board === undefined) {
    throw new UserError(`Target "${name}" needs the board file ${own.file}, which is in neither commit.`);
  }
  const target =
    own?.board === undefined
      ? resolveTarget(board, name, available)
      : targetOn(own.board, own.runtime, name, available);
  const clocked = clockHz === undefined ? target.board : clockedAt(target.board, clockHz);
  const supplied = volts === undefined ? clocked : suppliedAt(clocked, volts);
  if (supplied === undefined) throw new UserError(`Target "${name}": ${noSupply(clocked)}.`);
  return { ...target, board: power === undefined ? supplied : poweredAs(supplied, power) };
}

/** Why a board takes no other voltage. */
export function noSupply({ title }: Board): string {
  return `the power of ${title} is not given for a voltage, so that it can't be had for another: leave voltage out and say what the device takes at yours, as in power: { active: 20 mW, sleep: 15 uW }`;
}

function fromText(text: string, configured: readonly string[]): Target {
  const close = nearest(text, configured);
  if (close !== undefined && !boardIds.includes(text.split('/')[0] ?? '')) {
    throw new UserError(
      `There is no target "${text}" in the configuration and no such board. Did you mean "${close}"?`,
    );
  }
  return resolveTarget(text);
}
