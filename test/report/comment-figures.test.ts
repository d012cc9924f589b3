import { describe, expect, it } from 'vitest';
import { budgetUse } from '../../src/report/budget-use.ts';
import { renderComment } from '../../src/report/comment.ts';
import { webLinks } from '../../src/report/links.ts';
import { memoryCharts } from '../../src/report/memory-chart.ts';
import { markdownBlocks } from '../support/markdown-blocks.ts';
import { budget, comparison, KiB, narrowModel, report, wideModel } from '../support/measurements.ts';

const wide = comparison({
  base: { measurement: narrowModel() },
  head: { measurement: wideModel() },
  budgets: [
    { ...budget('peakRam', { kind: 'max', value: 64 * KiB }), origin: 'edge-ready.yml:12' },
    budget('flash', { kind: 'max', value: 1024 * KiB }),
    budget('energy', { kind: 'max', value: 200 }),
  ],
});

describe('memory over the operators', () => {
  it('is a chart of numbers alone, with the peaks in words', () => {
    const hostile = wideModel();
    const named = {
      ...wide,
      head: { ...hostile, layers: hostile.layers.map((layer) => ({ ...layer, name: '"]; click x "javascript:' })) },
    };
    const text = memoryCharts([named]);
    const [chart] = markdownBlocks(text);
    expect(chart?.language).toBe('mermaid');
    expect(chart?.text).toMatchInlineSnapshot(`
      "xychart-beta
        title "Activations alive, from the first operator to the last: head (bars), base (line)"
        x-axis "% of the operators" 0 --> 100
        y-axis "KiB" 0 --> 59
        bar [19.5, 43, 53.4, 30]
        line [19.5, 43, 43.4, 20]
      "
    `);
    expect(text).toContain('most is alive while');
  });

  it('has a chart for a model, not for each of its targets, and none where peak RAM stayed', () => {
    expect(markdownBlocks(memoryCharts([wide, { ...wide, target: 'esp32' }]))).toHaveLength(1);
    expect(memoryCharts([{ ...wide, deltas: {} }])).toBe('');
    expect(memoryCharts([{ ...wide, base: null }])).toBe('');
  });
});

describe('how full the budgets are', () => {
  it('is bars, the fullest first; what is hardly used is counted', () => {
    expect(budgetUse([wide])).toBe(
      [
        '- `██████████` Peak RAM 71.2 KiB, 111.3 % of 64 KiB: `models/kws.onnx` on `nano33`',
        '- `█░░░░░░░░░` Flash ≈ 131 KiB, 12.8 % of 1 MiB: `models/kws.onnx` on `nano33`',
        '- … and 1 of which less is used',
      ].join('\n'),
    );
    expect(budgetUse([comparison({})])).toBe('');
  });
});

describe('links', () => {
  const of = (repositoryUrl: string | undefined) => webLinks(report([wide]), repositoryUrl);

  it('lead to commits, and to the line of a budget in the commit whose file counts', () => {
    const { base, head } = report([wide]);
    const { commit, line } = of('https://github.example/a/b');
    expect(commit('x', 'abc')).toBe('[x](https://github.example/a/b/commit/abc)');
    expect(line('x', 'edge-ready.yml:12', 'base')).toBe(
      `[x](https://github.example/a/b/blob/${base?.sha}/edge-ready.yml#L12)`,
    );
    expect(line('x', 'edge-ready.yml:12', 'head')).toContain(head.sha);
  });

  it.each(['default of 5 %', 'a b.yml:3', 'x](https://evil.example)y:3', 'flash of nano33'])('not from %j', (place) => {
    expect(of('https://github.example/a/b').line('words', place, 'base')).toBe('words');
  });

  it.each([undefined, 'javascript:alert(1)', 'https://x.example/a b', 'https://x.example/)('])(
    'not to %j',
    (address) => {
      expect(of(address).commit('words', 'abc')).toBe('words');
    },
  );
});

describe('the comment', () => {
  const text = renderComment(report([wide]), { marker: '', repositoryUrl: 'https://github.example/a/b' });

  it('links the budget that is not kept, and says what to do', () => {
    expect(text).toContain('[`edge-ready.yml:12`](https://github.example/a/b/blob/');
    expect(text).toContain('**On your machine**: `edge-ready check --base ');
  });

  it('has nothing to do where all is well', () => {
    expect(renderComment(report([comparison({})]), { marker: '' })).not.toContain('On your machine');
  });
});
