import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import GithubSlugger from 'github-slugger';
import { marked, type Token } from 'marked';
import { describe, expect, it } from 'vitest';
import { actionReference } from '../scripts/reference/action.ts';
import { commandsReference } from '../scripts/reference/commands.ts';
import { configurationReference } from '../scripts/reference/configuration.ts';
import { reportReference } from '../scripts/reference/report.ts';
import { groups } from '../site/.vitepress/pages.ts';

const pages = readdirSync('docs').filter((file) => file.endsWith('.md'));
const documents = [...pages.map((file) => `docs/${file}`), 'README.md', 'SECURITY.md', 'site/README.md'];

/** What a document links to, pictures too, and the anchors of its headings as GitHub calls them. */
function read(file: string) {
  const links: string[] = [];
  const anchors: string[] = [];
  const slugger = new GithubSlugger();
  marked.walkTokens(marked.lexer(readFileSync(file, 'utf8')), (token) => {
    if (token.type === 'link' || token.type === 'image') links.push(token.href);
    if (token.type === 'heading') anchors.push(slugger.slug(textOf(token)));
  });
  return { links, anchors };
}

/** What of a heading is read. */
function textOf(token: Token): string {
  if ('tokens' in token && token.tokens !== undefined) return token.tokens.map(textOf).join('');
  return 'text' in token ? token.text : '';
}

const anchorsOf = new Map(documents.map((file) => [path.resolve(file), read(file).anchors]));

describe('links', () => {
  it.each(documents)('of %s lead to files of the repository and to headings that are there', (file) => {
    const dead = read(file).links.filter((link) => {
      if (/^(https?|mailto):/.test(link)) return false;
      const [address = '', anchor] = link.split('#');
      const target =
        address === '' ? path.resolve(file) : path.resolve(path.dirname(file), decodeURIComponent(address));
      if (!existsSync(target)) return true;
      return anchor !== undefined && anchorsOf.get(target)?.includes(anchor) !== true;
    });
    expect(dead).toEqual([]);
  });
});

describe('references are what the sources say; else run: npm run docs', () => {
  it.each([
    ['reference-action.md', actionReference],
    ['reference-commands.md', commandsReference],
    ['reference-configuration.md', configurationReference],
    ['reference-report.md', reportReference],
  ])('%s', (file, written) => {
    expect(readFileSync(`docs/${file}`, 'utf8')).toBe(written());
  });
});

describe('the site', () => {
  it('has a place for every page, and no other', () => {
    const placed = groups.flatMap(({ pages: inGroup }) => inGroup.map(({ page }) => `${page}.md`));
    expect(placed.toSorted()).toEqual(pages.toSorted());
  });
});
