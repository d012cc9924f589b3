import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readHistory } from '../../src/history/files.ts';
import { type HistoryLine, lineText } from '../../src/history/line.ts';
import { renderTrend } from '../../src/report/html/render-trend.ts';
import { commitId, historyLine } from '../history/lines.ts';
import { attacks } from '../support/attacks.ts';
import { browserPath, withPage } from './browser.ts';

const require = createRequire(import.meta.url);
const repository = 'https://github.com/acme/models';

describe.skipIf(browserPath === undefined)('the page of a history in a browser', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'edge-ready-trend-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const written = (name: string, lines: readonly HistoryLine[], address: string | undefined = repository) => {
    const file = path.join(folder, `${name}.html`);
    const texts = lines.map((line) => `${lineText(line)}\n`).join('');
    writeFileSync(file, renderTrend(readHistory(new Map([['2025-10.jsonl', texts]])), address));
    return file;
  };
  const grown = [64, 64, 71, 70].map((kib, index) =>
    historyLine({
      commit: commitId(index),
      time: 1_760_000_000 + index * 86_400,
      subject: `Commit ${index}`,
      metrics: { peakRam: [kib * 1024, 'exact'], latency: [18 + index, 'modelled'] },
    }),
  );

  it.each(['light', 'dark'] as const)(
    'shows, links and explains, says nothing to anybody and is accessible (%s)',
    async (colorScheme) => {
      const other = grown.map((line) => ({ ...line, target: 'esp32' }));
      const file = written('real', [...grown, ...other]);
      expect(statSync(file).size).toBeLessThan(150_000);
      await withPage(file, { colorScheme }, async (page, { requests, messages }) => {
        expect(await page.locator('figure h2').allInnerTexts()).toEqual([
          'models/kws.onnx on esp32',
          'models/kws.onnx on nano33',
        ]);
        expect(await page.locator('figcaption').first().innerText()).toMatch(
          /now 70 KiB, last moved by 0000000 “Commit 3”, −1 KiB/,
        );
        expect(await page.locator('figure').first().locator('svg a').count()).toBe(4);
        expect(await page.locator('figure').first().locator('svg a.moved').count()).toBe(2);
        expect(await page.locator('svg a').last().getAttribute('href')).toBe(`${repository}/commit/${commitId(3)}`);
        const latency = page.getByRole('button', { name: 'Latency' });
        await latency.focus();
        await page.keyboard.press('Enter');
        expect(await page.locator('figcaption').first().innerText()).toContain('now ≈ 21 ms');
        await page.locator('summary').first().click();
        expect(await page.locator('figure').first().locator('tbody tr').count()).toBe(4);
        await page.evaluate(readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
        const violations = await page.evaluate(
          'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 200)).join(" | ")))',
        );
        expect(violations).toEqual([]);
        expect(requests).toEqual([`file://${file}`]);
        expect(messages).toEqual([]);
      });
    },
  );

  it('what a branch holds is text, whatever it holds, and no address becomes a link but a plain one', async () => {
    const hostile = attacks.map((attack, index) =>
      historyLine({
        commit: commitId(index),
        model: attack,
        target: attack.slice(0, 200),
        subject: attack.slice(0, 200),
      }),
    );
    const file = written('hostile', hostile, 'javascript:alert(1)');
    await withPage(file, {}, async (page, { requests, messages }) => {
      expect(await page.locator('figure').count()).toBe(attacks.length);
      expect(await page.locator('a').count()).toBe(0);
      expect(await page.locator('img, iframe, object, embed, main script').count()).toBe(0);
      expect(requests).toHaveLength(1);
      expect(messages).toEqual([]);
    });
  });

  it('an empty history says so', async () => {
    await withPage(written('empty', []), {}, async (page) => {
      expect(await page.locator('body').innerText()).toContain('Nothing is recorded yet');
    });
  });
});
