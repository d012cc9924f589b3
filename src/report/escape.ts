import { plain } from '../basics/plain.ts';

/**
 * Everything that comes from a repository (paths, operator names, messages that quote them) is hostile until it went through here.
 * What comes out is one line of GitHub Markdown that shows the text and does nothing else: no HTML, no link, no mention, no reference
 * to an issue, no new table cell, no new line.
 */

const zeroWidthSpace = '&#8203;';

/** Names for which a Markdown code span is safe in running text and in a table cell, and readable in an e-mail's plain text. */
const plainName = /^[A-Za-z0-9_./+=:;,()'×→…% -]+$/;

/**
 * A name as code, for running text and table cells. Ordinary names become a code span; any other becomes `<code>` with numeric character
 * references, because in a code span a backtick or a pipe could end it, and inside `<code>` GitHub looks for neither mentions nor issues.
 */
export function code(text: string, limit = 120): string {
  const name = plain(text, limit);
  if (name === '') return '<code>&#32;</code>';
  if (plainName.test(name) && !/:\/\/|www\./i.test(name)) return `\`${name}\``;
  const references = [...name].map((character) => (/[A-Za-z0-9 ]/.test(character) ? character : reference(character)));
  // What looks like an e-mail address becomes a link even within code.
  return `<code>${references.join('').replace(/&#64;(?=[\w-]+&#46;)/g, `&#64;${zeroWidthSpace}`)}</code>`;
}

/** What Markdown or GitHub acts on in running text, wherever it stands, and what would start a list, a heading or a rule. */
const acting =
  /[&<`*~|\\[\]!$^{}]|(?<![a-z0-9])_|_(?![a-z0-9])|@|#(?=\w)|\bGH-(?=\d)|:\/\/|www(?=\.)|:(?=[a-z0-9_+-]+:)|^[-+=#>]|^\d+[.)]/gi;

/**
 * A sentence that may quote the repository, for running text and table cells. It reads as before; what Markdown or GitHub would act on is
 * broken: markup becomes references, and a zero-width space follows `@`, `#`, `:` and `www` where GitHub looks for them after references are resolved.
 */
export function cell(text: string, limit = 1000): string {
  return plain(text, limit).replace(acting, (match) => {
    if (match === '@' || match === '#') return `${reference(match)}${zeroWidthSpace}`;
    if (match === '://') return `${reference(':')}${zeroWidthSpace}//`;
    if (/^(gh-|www)$/i.test(match)) return `${match}${zeroWidthSpace}`;
    return match.length === 1 ? reference(match) : `${match.slice(0, -1)}${reference(match.slice(-1))}`;
  });
}

/** One character as a numeric character reference. */
function reference(character: string): string {
  return `&#${character.codePointAt(0)};`;
}
