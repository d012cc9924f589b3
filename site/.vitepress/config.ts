import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { slug } from 'github-slugger';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitepress';
import { groups } from './pages.ts';

const root = path.resolve(import.meta.dirname, '..', '..');
const docs = path.join(root, 'docs');
const repository = `https://github.com/${process.env.GITHUB_REPOSITORY ?? 'org/edge-ready-gate'}`;

/** Pages are outside this folder: on the server, Vue is found from where the build puts them. In the browser VitePress says where it is. */
const vueOfThisFolder: Plugin = {
  name: 'vue-of-this-folder',
  enforce: 'pre',
  resolveId: (source, _, { ssr }) =>
    ssr === true && /^vue(\/server-renderer)?$/.test(source) ? { id: source, external: true } : undefined,
};

const named = new Set(groups.flatMap(({ pages }) => pages.map(({ page }) => page)));
const forgotten = readdirSync(docs)
  .filter((file) => file.endsWith('.md'))
  .map((file) => file.slice(0, -'.md'.length))
  .filter((page) => !named.has(page));
if (forgotten.length > 0) throw new Error(`site/.vitepress/pages.ts has no place for ${forgotten.join(', ')}`);

export default defineConfig({
  srcDir: docs,
  outDir: path.join(import.meta.dirname, 'dist'),
  // Below the repository's name on GitHub Pages.
  base: process.env.SITE_BASE ?? '/',
  title: 'edge-ready-gate',
  description: 'What a change of a model costs on the device: RAM, flash, latency, energy, accuracy.',
  lang: 'en-GB',
  cleanUrls: true,
  rewrites: { 'getting-started.md': 'index.md' },
  themeConfig: {
    nav: groups.map(({ text, pages: [first] }) => ({ text, link: `/${addressOf(first?.page ?? '')}` })),
    sidebar: groups.map(({ text, pages }) => ({
      text,
      items: pages.map(({ text, page }) => ({ text, link: `/${addressOf(page)}` })),
    })),
    search: { provider: 'local' },
    outline: { level: [2, 3] },
    socialLinks: [{ icon: 'github', link: repository }],
  },
  vite: { plugins: [vueOfThisFolder] },
  markdown: {
    // Headings are called as on GitHub, where the same files are read.
    anchor: { slugify: slug },
    toc: { slugify: slug },
    config: (markdown) => {
      markdown.core.ruler.push('links-out-of-docs', ({ tokens, env }) => {
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          const address = token.type === 'link_open' ? token.attrGet('href') : null;
          if (address !== null) token.attrSet('href', withoutDocs(address, path.dirname(env.path ?? docs)));
        }
      });
      const fence = markdown.renderer.rules.fence;
      markdown.renderer.rules.fence = (tokens, index, options, env, self) => {
        const token = tokens[index];
        if (token?.info.trim() === 'mermaid') return `<Mermaid code="${encodeURIComponent(token.content)}" />`;
        return fence?.(tokens, index, options, env, self) ?? '';
      };
    },
  },
});

function addressOf(page: string): string {
  return page === 'getting-started' ? '' : page;
}

/** Files of the repository beside docs/ are shown by GitHub; one that is not there stays a dead link, which ends the build. */
function withoutDocs(address: string, from: string): string {
  if (/^([a-z]+:|#|\/)/.test(address)) return address;
  const [file = '', anchor] = address.split('#');
  const target = path.resolve(from, file);
  const isPage = target.startsWith(docs + path.sep) && target.endsWith('.md');
  if (isPage || !existsSync(target)) return address;
  return `${repository}/blob/main/${path.relative(root, target).replaceAll(path.sep, '/')}${anchor === undefined ? '' : `#${anchor}`}`;
}
