/**
 * A Markdown text with what stands between `<!-- NAME: begin -->` and `<!-- NAME: end -->` replaced.
 * @throws RangeError when the marks are missing
 */
export function withMarkedSection(text: string, name: string, content: string): string {
  const begin = `<!-- ${name}: begin -->`;
  const [from, to] = [text.indexOf(begin), text.indexOf(`<!-- ${name}: end -->`)];
  if (from < 0 || to < from) throw new RangeError(`the marks of the section "${name}" are missing`);
  return `${text.slice(0, from + begin.length)}\n${content.trim()}\n${text.slice(to)}`;
}
