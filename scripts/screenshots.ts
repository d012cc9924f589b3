// Takes the pictures of docs/images: the comment, the page and the history of the demonstration, as a browser shows them. Needs Chromium (CHROMIUM_PATH, or /usr/bin/chromium).
//   node scripts/run-ts.mjs scripts/screenshots.ts
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { marked } from 'marked';
import { chromium } from 'playwright-core';
import { demoCommand } from '../src/commands/demo.ts';

const require = createRequire(path.resolve('package.json'));
const images = 'docs/images';
const scratch = mkdtempSync(path.join(tmpdir(), 'edge-ready-pictures-'));
try {
  mkdirSync(images, { recursive: true });
  await demoCommand({ output: scratch }, { result: () => {}, note: () => {} });
  const comment = path.join(scratch, 'comment.html');
  writeFileSync(comment, commentPage(readFileSync(path.join(scratch, 'comment.md'), 'utf8')));
  const report = path.join(scratch, 'report.html');
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  const take = async (name: string, file: string, scheme: 'light' | 'dark', width: number, height?: number) => {
    const page = await browser.newPage({ viewport: { width, height: height ?? 900 }, colorScheme: scheme });
    await page.goto(`file://${file}`);
    // The page draws its graph last.
    if (file === report) await page.locator('svg[aria-label^="Graph of the model"]').waitFor();
    await page.screenshot({ path: path.join(images, name), fullPage: height === undefined });
    await page.close();
    console.log(path.join(images, name));
  };
  try {
    await take('comment.png', comment, 'light', 1000, 1200);
    await take('comment-phone.png', comment, 'dark', 420, 1000);
    await take('report.png', report, 'light', 1200);
    await take('history.png', path.join(scratch, 'history.html'), 'light', 1000);
  } finally {
    await browser.close();
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** A comment as GitHub lays it out, with folded parts folded. */
function commentPage(markdown: string): string {
  const style = readFileSync(require.resolve('github-markdown-css/github-markdown.css'), 'utf8');
  const body = marked.parse(markdown, { gfm: true, async: false });
  return `<!doctype html><meta charset="utf-8"><style>${style} body { margin: 0 } article { padding: 24px; box-sizing: border-box; }</style><article class="markdown-body">${body}</article>`;
}
