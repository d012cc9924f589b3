/** A separator of Windows: before a letter, a digit or an underscore, where no glob has anything to escape, or between such and a wildcard. */
const separator = /\\(?=[\p{L}\p{N}_])|(?<=[\p{L}\p{N}_])\\(?=[*?])/u;

/**
 * A path or glob of a repository that somebody wrote as Windows does, with `/` as git has it; `undefined` for what is not written so.
 * In a glob `\[` and the like stay what they are, letters.
 */
export function withForwardSlashes(text: string): string | undefined {
  return separator.test(text) ? text.replaceAll(new RegExp(separator, 'gu'), '/') : undefined;
}
