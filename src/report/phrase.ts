import { plain } from '../basics/plain.ts';
import { cell, code } from './escape.ts';

/** A piece of a sentence: our own words, a name to stand out (a model, a target), a name as code (a layer), or words that may quote the repository. */
export type Phrase = string | { readonly name: string } | { readonly code: string } | { readonly quote: string };

/** The sentence as plain text on one line. */
export function phrasesToText(phrases: readonly Phrase[]): string {
  return phrases
    .map((phrase) => {
      if (typeof phrase === 'string') return phrase;
      if ('name' in phrase) return plain(phrase.name, 120);
      return 'code' in phrase ? plain(phrase.code, 120) : plain(phrase.quote, 500);
    })
    .join('');
}

/** The sentence as Markdown, everything that is not ours escaped. */
export function phrasesToMarkdown(phrases: readonly Phrase[]): string {
  return phrases
    .map((phrase) => {
      if (typeof phrase === 'string') return phrase;
      if ('name' in phrase) return strong(phrase.name);
      return 'code' in phrase ? code(phrase.code) : cell(phrase.quote, 500);
    })
    .join('');
}

/** What GitHub makes a link of though it looks like a name: a web address, an issue, a commit. */
const linked = /www\.|\bgh-\d|\b[0-9a-f]{7,64}\b/i;

/** A name in bold; as code when it is not an ordinary name, because bold text is still Markdown. */
export function strong(name: string): string {
  return /^[A-Za-z0-9]([A-Za-z0-9_./-]*[A-Za-z0-9])?$/.test(name) && name.length <= 120 && !linked.test(name)
    ? `**${name}**`
    : code(name);
}
