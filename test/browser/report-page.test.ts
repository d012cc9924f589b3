import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildComparison } from '../../src/judge/build-comparison.ts';
import type { Comparison } from '../../src/judge/comparison.ts';
import { measureModel, openModel } from '../../src/measuring/measure.ts';
import { automatic } from '../../src/optimize/recipe.ts';
import { renderHtml } from '../../src/report/html/render-html.ts';
import type { ScheduleResult } from '../../src/schedule/schedule-result.ts';
import { resolveTarget } from '../../src/targets/load.ts';
import { attacks } from '../support/attacks.ts';
import {
  budget,
  comparison,
  KiB,
  layer,
  layers,
  measurement,
  modelled,
  narrowModel,
  report,
  wideModel,
} from '../support/measurements.ts';
import { browserPath, withPage } from './browser.ts';

const require = createRequire(import.meta.url);
const megabyte = 1_000_000;

describe.skipIf(browserPath === undefined)('the HTML report in a browser', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'edge-ready-page-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const written = (name: string, comparisons: readonly Comparison[], schedules: readonly ScheduleResult[] = []) => {
    const file = path.join(folder, `${name}.html`);
    writeFileSync(file, renderHtml(report(comparisons, { schedules: [...schedules] })));
    return file;
  };

  it.each(['light', 'dark'] as const)(
    'of real models shows every figure, says nothing to anybody and is accessible (%s)',
    async (colorScheme) => {
      const file = written('real', [await realComparison(), modest()], [crowded]);
      await withPage(file, { colorScheme }, async (page, { requests, messages }) => {
        const past = page.locator('[aria-labelledby=past]');
        expect(await past.innerText()).toContain('1111111 Smaller (12 KiB → 8 KiB, 2025-10-09)');
        expect(await past.getByRole('img').first().getAttribute('aria-label')).toMatch(/^12 KiB, 8 KiB, 10\.1 KiB$/);
        expect(await page.locator('h1').innerText()).toContain('sensor');
        const headings = await page.locator('h3').allInnerTexts();
        expect(headings).toEqual(expect.arrayContaining(['Metrics', 'Memory', 'Layer by layer', 'Flash']));
        expect(await page.locator('figure', { hasText: 'Timeline' }).innerText()).toContain('missed by gesture');
        // A map each for base and head, with a box for every buffer at least.
        expect(await page.locator('[aria-labelledby=memory] figure').count()).toBeGreaterThanOrEqual(2);
        expect(await page.locator('[aria-labelledby=memory] rect').count()).toBeGreaterThan(10);
        await page.locator('svg[aria-label^="Graph of the model"]').waitFor();
        // The page's policy lets no script in but its own; the browser's debugger may.
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

  it('another model is a link away, and its figures replace the first', async () => {
    await withPage(written('two', [await realComparison(), modest()]), {}, async (page) => {
      await page.locator('nav a', { hasText: 'models/kws.onnx' }).click();
      // The page's policy forbids what waitForFunction does with a text that isn't true at once.
      await page.locator('#chosen', { hasText: 'models/kws.onnx' }).waitFor();
      expect(await page.locator('nav a[aria-current]').innerText()).toBe('models/kws.onnx');
    });
  });

  it('the table of what changed tells what did, and no names', async () => {
    await withPage(written('told', [await realComparison()]), {}, async (page) => {
      const table = page.getByRole('region', { name: 'Operators that differ' });
      const told = (await table.locator('tbody tr td:nth-of-type(2)').allInnerTexts()).join('\n');
      expect(told).toContain('32 → 48 channels');
      expect(told).not.toContain('functional_1');
    });
  });

  it("the runtime's own plan is beside the one that a file carries", async () => {
    const head = wideModel();
    const memory = head.memory ?? expect.fail('the model has a memory plan');
    const ownPlan = { arenaUsed: 90_000, arenaRequired: 90_112, buffers: memory.buffers };
    const planned = comparison({
      base: { measurement: narrowModel() },
      head: { measurement: { ...head, memory: { ...memory, ownPlan } } },
    });
    await withPage(written('planned', [planned]), {}, async (page) => {
      const captions = await page.locator('[aria-labelledby=memory] figcaption').allInnerTexts();
      expect(captions.map((caption) => caption.split(' – ')[0])).toEqual([
        'Base',
        'Head',
        "Head: the runtime's own plan",
      ]);
      expect(captions[1]).toContain("the runtime's own planner would need 88 KiB, 16.7 KiB more");
      expect(captions[2]).toMatch(/ – 87\.9 KiB used/);
    });
  });

  it('a chart can be chosen by keyboard alone', async () => {
    await withPage(written('keyboard', [await realComparison()]), {}, async (page) => {
      const energy = page.getByRole('button', { name: 'Energy' });
      await energy.focus();
      await page.keyboard.press('Enter');
      expect(await energy.getAttribute('aria-pressed')).toBe('true');
      expect(await page.locator('[aria-labelledby=costs] figcaption').innerText()).toContain('Energy');
    });
  });

  it('paper has every comparison, the screen the chosen one', async () => {
    await withPage(written('printed', [await realComparison(), modest()]), {}, async (page, { messages }) => {
      const chosen = () => page.locator('h2[id=chosen]').allInnerTexts();
      expect(await chosen()).toHaveLength(1);
      await page.evaluate('window.dispatchEvent(new Event("beforeprint"))');
      expect((await chosen()).join()).toMatch(/sensor.*kws\.onnx/);
      await page.locator('article:nth-of-type(2) rect').nth(10).waitFor({ state: 'attached' });
      await page.evaluate('window.dispatchEvent(new Event("afterprint"))');
      await expect.poll(() => page.locator('h2[id=chosen]').count()).toBe(1);
      expect(messages).toEqual([]);
    });
  });

  it('500 layers stay under 5 MB and are all there when asked for', async () => {
    const many = measurement({
      layers: layers(
        ...Array.from({ length: 500 }, (_, index) => layer(`block_${index}/conv`, { latency: 0.1 + index / 1000 })),
      ),
    });
    const file = written('many', [comparison({ base: { measurement: many }, head: { measurement: many } })]);
    expect(statSync(file).size).toBeLessThan(5 * megabyte);
    await withPage(file, {}, async (page) => {
      await page.getByRole('button', { name: 'All 500' }).click();
      expect(await page.locator('[aria-labelledby=costs] tbody tr').count()).toBe(500);
    });
  });

  it('what a repository names is text, whatever it holds', async () => {
    const hostile = attacks.map((attack) =>
      comparison({
        change: { path: attack, state: 'compared' },
        target: { name: attack, id: attack },
        head: {
          measurement: {
            ...wideModel(),
            findings: [{ code: 'hostile', severity: 'error', message: attack, where: attack }],
          },
        },
      }),
    );
    await withPage(written('hostile', hostile), {}, async (page, { requests, messages }) => {
      expect(new Set(await page.locator('nav a').allTextContents())).toEqual(new Set(attacks));
      for (const link of await page.locator('nav a').all()) {
        await link.click();
        expect(await page.locator('img, iframe, object, embed, nav script, article script').count()).toBe(0);
      }
      expect(requests).toHaveLength(1);
      expect(messages).toEqual([]);
    });
  });
});

const state = (takes: number, response: number, meets: boolean) => ({
  takes: modelled(takes, 'ms', 0.1),
  response,
  meets,
});

/** Two models of which the slow one keeps the core from the quick one. */
const crowded: ScheduleResult = {
  target: 'nano33',
  targetId: 'arduino-nano-33-ble/tflm',
  policy: 'non-preemptive',
  arenas: 'shared',
  origin: 'edge-ready.yml:24',
  rule: 'base',
  tasks: [
    { name: 'gesture', every: 10.3, deadline: 10, jitter: 0, base: null, head: state(4.1, 22, false) },
    { name: 'keyword', every: 50, deadline: 50, jitter: 0, base: null, head: state(18.7, 30, true) },
  ],
  base: null,
  head: {
    utilisation: 0.76,
    peakRam: null,
    flash: null,
    averagePower: null,
    duty: null,
    batteryLife: null,
    unavailable: {},
  },
  judgements: [{ about: 'deadline', task: 'gesture', verdict: 'fail', message: 'gesture misses its deadline' }],
  problems: [],
  verdict: 'fail',
};

/** The digits models of the fixtures, as a microcontroller would load them. */
async function realComparison(): Promise<Comparison> {
  const target = resolveTarget('nucleo-l4r5zi');
  const side = (kind: string) =>
    measureModel(
      openModel(readFileSync(`fixtures/digits/${kind}/digits-int8.tflite`), 'models/sensor.tflite'),
      target,
      { recipe: automatic },
    );
  return buildComparison({
    change: { path: 'models/sensor.tflite', state: 'compared' },
    target,
    base: await side('base'),
    head: await side('wider'),
    budgets: [budget('peakRam', { kind: 'max', value: 4 * KiB })],
    saving: null,
    problems: [],
    past: {
      peakRam: {
        values: [12 * KiB, 8 * KiB],
        commits: 2,
        moved: { commit: '1'.repeat(40), time: 1_760_000_000, subject: 'Smaller', from: 12 * KiB, to: 8 * KiB },
      },
    },
  });
}

function modest(): Comparison {
  return comparison({ base: { measurement: narrowModel() }, head: { measurement: wideModel() } });
}
