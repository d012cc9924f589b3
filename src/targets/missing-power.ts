import type { Board } from './board.ts';

const states = {
  activeMilliwatts: {
    key: 'active',
    words: 'active',
    example: '20 mW',
    without: 'energy, average power and battery life are not known',
  },
  idleMilliwatts: {
    key: 'idle',
    words: 'idle',
    example: '6 mW',
    without: 'gaps too short to sleep are not counted as such',
  },
  sleepMilliwatts: { key: 'sleep', words: 'asleep', example: '15 uW', without: 'battery life is a bound at best' },
} as const;
type State = keyof typeof states;

const order: readonly State[] = ['activeMilliwatts', 'idleMilliwatts', 'sleepMilliwatts'];

/** Figures of a board's power that nothing says. */
export const missingPower = ({ power }: Board): readonly State[] => order.filter((state) => power[state] === undefined);

/** Which figure of a board's power is not known and how to say it, as a sentence without its capital and full stop. */
export function unknownPower({ title }: Board, state: State): string {
  const { key, words, example } = states[state];
  const what = state === 'activeMilliwatts' ? `active power of ${title}` : `power ${words} of ${title}`;
  const shorter = state === 'sleepMilliwatts' ? '"sleep", or with ' : '';
  return `the ${what} is not known: say it with ${shorter}power: { ${key}: ${example} } of the target in edge-ready.yml`;
}

/** The same of what a board takes while its accelerator works, which no board's file says apart from its CPU. */
export const unknownAcceleratorPower = ({ title }: Board): string =>
  `what ${title} takes while its accelerator works is not published: say it with power: { active: 20 mW } of the target in edge-ready.yml`;

/** `, as the active power of X is not known: …`, to end a sentence with; empty where it is known. */
export const asActiveIsUnknown = (board: Board): string =>
  board.power.activeMilliwatts === undefined ? `, as ${unknownPower(board, 'activeMilliwatts')}` : '';

/** What is not known of a board's power, what follows, and how to say it, for people; `undefined` where all is known. */
export function missingPowerText(board: Board): string | undefined {
  const missing = missingPower(board);
  if (missing.length === 0) return undefined;
  const list = missing.map((state) => `${states[state].words} (${states[state].without})`);
  const keys = missing.map((state) => `${states[state].key}: ${states[state].example}`);
  return `Power that is not known: ${list.join('; ')}. A target of edge-ready.yml may say it: power: { ${keys.join(', ')} }.`;
}
