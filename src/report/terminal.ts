/**
 * Text of several lines as a terminal and a workflow's log may have it: what moves the cursor, colours, reorders or hides is shown as U+FFFD,
 * and no line is a workflow command. `::` begins one at the start of a line, `##[` anywhere.
 */
export function forTerminal(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      line
        .replace(/(?!\t)\p{C}|[\u2028\u2029]/gu, '\ufffd')
        .replace(/^(\s*)::/, '$1: :')
        .replaceAll('##[', '# #['),
    )
    .join('\n');
}
