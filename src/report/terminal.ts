import { paintSequences, type TextOptions } from './look.ts';

const unsafe = /(?!\t)\p{C}|[\u2028\u2029]/gu;
const paintOrUnsafe = new RegExp(
  `${paintSequences.map((each) => each.replace('[', '\\[')).join('|')}|${unsafe.source}`,
  'gu',
);

/**
 * Text of several lines as a terminal and a workflow's log may have it: what moves the cursor, colours, reorders or hides is shown as U+FFFD,
 * and no line is a workflow command. `::` begins one at the start of a line, `##[` anywhere. Where the terminal has colour, ours stay: they hide nothing.
 */
export function forTerminal(text: string, { colour = false }: TextOptions = {}): string {
  return text
    .split('\n')
    .map((line) =>
      line
        .replace(colour ? paintOrUnsafe : unsafe, (found) => (paintSequences.includes(found) ? found : '\ufffd'))
        .replace(/^(\s*)::/, '$1: :')
        .replaceAll('##[', '# #['),
    )
    .join('\n');
}
