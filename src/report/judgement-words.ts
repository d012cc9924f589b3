import type { Judgement } from '../judge/comparison.ts';

/** A judgement's sentence with what speaks against relying on it, for lists; a headline leaves the latter out. */
export function judgementWords({ message, caution }: Judgement): string {
  return caution === undefined ? message : `${message}, ${caution}`;
}
