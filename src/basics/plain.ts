/** Characters that show nothing or reorder what is shown: control and format characters, lone surrogates, unassigned ones. */
const invisible = /\p{C}/gu;

/**
 * The text on one line, with what cannot be seen shown as U+FFFD, shortened in the middle to `limit` characters.
 * For terminals and wherever text is not Markdown.
 */
export function plain(text: string, limit = 2000): string {
  const line = text.replace(/\s+/gu, ' ').trim().replace(invisible, '\ufffd');
  const characters = [...line];
  if (characters.length <= limit) return line;
  const head = Math.ceil((limit - 1) / 2);
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - (limit - 1 - head)).join('')}`;
}
