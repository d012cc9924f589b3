/** What whole processes take. Needs /usr/bin/time. */
import { spawnSync } from 'node:child_process';

/** Wall time, the time of all processors, and the peak of resident memory (MB of 10⁶ bytes). */
export interface Cost {
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly megabytes: number;
}

/** Runs a program under /usr/bin/time. @throws with what it said when it fails */
export function cost(command: string, ...args: readonly string[]): Cost {
  const found = costWithin(0, command, ...args);
  if (found === undefined) throw new Error('ended by timeout');
  return found;
}

/** Like `cost`; `undefined` when it takes longer than so many seconds (0: any). Needs `timeout` of coreutils. */
export function costWithin(mostSeconds: number, ...command: readonly string[]): Cost | undefined {
  const run = spawnSync('/usr/bin/time', ['-f', '%e %U %S %M', 'timeout', String(mostSeconds), ...command], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const lines = run.stderr.trim().split('\n');
  if (run.status === 124) return undefined;
  if (run.status !== 0) throw new Error(lines.slice(-4, -1).join(' | ') || 'failed');
  const [seconds = 0, user = 0, system = 0, kilobytes = 0] = (lines.at(-1) ?? '').split(' ').map(Number);
  return { seconds, processorSeconds: user + system, megabytes: kilobytes * 1.024e-3 };
}

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

/** The median of each part by itself. */
export function medians(costs: readonly Cost[]): Cost {
  return {
    seconds: median(costs.map((each) => each.seconds)),
    processorSeconds: median(costs.map((each) => each.processorSeconds)),
    megabytes: median(costs.map((each) => each.megabytes)),
  };
}

/** Three digits or so. */
export const number = (value: number): string =>
  Number.isFinite(value) ? value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0) : String(value);

/** `1.20 : 12.0 (10.0×)`: a part of ours and of the peer's, and how many times ours the peer's is. */
export function compared(ours: Cost, peer: Cost | undefined, part: keyof Cost): string {
  if (peer === undefined) return number(ours[part]);
  return `${number(ours[part])} : ${number(peer[part])} (${number(peer[part] / ours[part])}×)`;
}
