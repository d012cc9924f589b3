import type { GateReport } from './report-schema.ts';

/** Only addresses that can't end a Markdown link. */
const address = /^https?:\/\/[^\s()<>"'`|\\]+$/;

/** Where things of a report are on the web, in Markdown; the words alone where that is not known. */
export interface Links {
  readonly commit: (words: string, sha: string) => string;
  /** A line of a file at the base commit, or at the head where a rule is new. */
  readonly line: (words: string, place: string, at: 'base' | 'head') => string;
}

export function webLinks({ base, head }: GateReport, repositoryUrl: string | undefined): Links {
  const at = (words: string, path: string) =>
    linkTo(words, repositoryUrl === undefined ? undefined : `${repositoryUrl}/${path}`);
  return {
    commit: (words, sha) => at(words, `commit/${sha}`),
    line: (words, place, side) => {
      const [, file, line] = /^([\w./-]+):(\d+)$/.exec(place) ?? [];
      const sha = side === 'base' ? base?.sha : head.sha;
      return file === undefined || sha === undefined ? words : at(words, `blob/${sha}/${file}#L${line}`);
    },
  };
}

/** A link in Markdown; the words alone where there is no address, or one that could be anything else. */
export function linkTo(words: string, url: string | undefined): string {
  return url !== undefined && address.test(url) ? `[${words}](${url})` : words;
}
