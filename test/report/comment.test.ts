import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Comparison } from '../../src/judge/comparison.ts';
import { renderComment } from '../../src/report/comment.ts';
import { commentBody, countsBody } from '../../src/report/comment-body.ts';
import { renderSummary } from '../../src/report/summary.ts';
import {
  budget,
  comparison,
  exact,
  KiB,
  measurement,
  modelled,
  narrowModel,
  report,
  wideModel,
} from '../support/measurements.ts';

const marker = '<!-- edge-ready-gate:ci -->';
const runUrl = 'https://github.com/o/r/actions/runs/1';
const ramLimit = budget('peakRam', { kind: 'max', value: 64 * KiB });
const answers = (samples: number, ...wrong: readonly number[]) =>
  Uint8Array.from({ length: samples }, (_, index) => (wrong.includes(index) ? 0 : 1));

describe('renderComment', () => {
  it('what is missing of a matrix is a row of its own', () => {
    const problems = ['measure (pi4) was cancelled, and nothing of it was uploaded.', 'measure (esp32) | failed'];
    const rows = renderComment(
      report([comparison({ head: { measurement: wideModel() } })], { problems, verdict: 'error' }),
      {
        marker,
        runUrl,
      },
    )
      .split('\n')
      .filter((line) => line.startsWith('|'));
    const columns = (row: string | undefined) => row?.split('|').length;
    expect(rows[2]).toContain('🚫\u00a0measure (pi4) was cancelled');
    expect(rows[3]).toContain('🚫\u00a0measure (esp32) &#124; failed');
    expect(new Set(rows.slice(0, 5).map(columns)).size).toBe(1);
  });

  it('a remark says which of several targets it is about, and is new only where the base has none like it', () => {
    const runs = (share: string, code = 'duty-cycle') => ({
      code,
      severity: 'info' as const,
      message: `Runs ${share}.`,
    });
    const on = (name: string, before: readonly string[], after: readonly string[], extra: readonly string[] = []) =>
      comparison({
        target: { name, id: `${name}/tflm` },
        base: { measurement: { ...narrowModel(), findings: before.map((share) => runs(share)) } },
        head: {
          measurement: {
            ...wideModel(),
            findings: [...after.map((share) => runs(share)), ...extra.map((share) => runs(share, 'other'))],
          },
        },
      });
    const remarks = (...comparisons: Comparison[]) =>
      renderComment(report(comparisons), { marker })
        .split('\n')
        .filter((line) => /: Runs /.test(line));
    expect(remarks(on('nano33', ['5 %'], ['6 %'], ['both']), on('esp32', [], ['9 %'], ['both']))).toEqual([
      '- new: `models/kws.onnx` on `esp32`: Runs 9 %. (`duty-cycle`)',
      '- new: `models/kws.onnx`: Runs both. (`other`)',
      '- `models/kws.onnx` on `nano33`: Runs 6 %. (`duty-cycle`)',
    ]);
    expect(remarks(on('nano33', ['5 %'], ['6 %']))).toEqual(['- `models/kws.onnx`: Runs 6 %. (`duty-cycle`)']);
  });

  it('a regression on one of two targets', () => {
    const failing = comparison({
      base: { measurement: narrowModel() },
      head: { measurement: wideModel() },
      budgets: [
        ramLimit,
        budget('latency', { kind: 'max', value: 20 }),
        budget('flash', { kind: 'max-increase', relative: 0.04 }, { level: 'warn', rule: 'new' }),
      ],
    });
    const fine = comparison({
      target: { name: 'esp32', id: 'esp32-s3/tflm' },
      ...{ base: { measurement: narrowModel() }, head: { measurement: wideModel() } },
      budgets: [budget('peakRam', { kind: 'max', value: 300 * KiB })],
    });
    expect(renderComment(report([fine, failing]), { marker, runUrl })).toMatchInlineSnapshot(`
      "<!-- edge-ready-gate:ci -->

      ❌ **models/kws.onnx** no longer fits **nano33**: peak RAM 71.2 KiB > 64 KiB (+18.5 %, from \`conv_3\`: 64 → 96 channels)

      | Model | Target | Peak RAM | Flash | Latency | Energy | Accuracy |
      | :- | :- | -: | -: | -: | -: | -: |
      | ❌ \`models/kws.onnx\` | \`nano33\` | ❌ 71.2 KiB<br>+18.5 % | ⚠️ ≈ 131 KiB<br>+9.2 % | ❌ ≈ 21.4 ms<br>+17.6 % | ≈ 428 µJ<br>+17.6 % | 91.3 %<br>±0 |
      | ✅ \`models/kws.onnx\` | \`esp32\` | ✅ 71.2 KiB<br>+18.5 % | ≈ 131 KiB<br>+9.2 % | ≈ 21.4 ms<br>+17.6 % | ≈ 428 µJ<br>+17.6 % | 91.3 %<br>±0 |

      **What changed**

      - \`models/kws.onnx\`: Wider: conv_3 64 → 96 channels.

      #### ❌ **models/kws.onnx** on **nano33**

      - ❌ peak RAM 71.2 KiB > 64 KiB (\`edge-ready.yml:12\`)
        - +10 KiB from \`conv_3\` CONV_2D: 64 → 96 channels
        - +1.1 KiB from other memory: placement of buffers and the runtime's own structures
      - ❌ latency ≈ 21.4 ms > 20 ms, within the estimate's error of 10 % (\`edge-ready.yml:12\`)
        - +3.20 ms from \`conv_3\` CONV_2D: 64 → 96 channels
      - ⚠️ flash ≈ 120 KiB → 131 KiB, +9.2 % > 4 % (\`edge-ready.yml:12\`, new in this pull request)
        - +9.4 KiB from \`conv_3\` CONV_2D: 64 → 96 channels
        - +1.6 KiB from model file: structure of the file beside its constants

      **On your machine**: \`edge-ready check --base 1111111111 --output report\` says the same and writes the page with its figures.

      <details><summary>What changed, operator by operator</summary>

      \`models/kws.onnx\`, figures for \`nano33\`

      - Wider: conv_3 64 → 96 channels.

      ||Operator|What|Peak RAM|Flash|Latency|Energy|
      |:-:|:-|:-|-:|-:|-:|-:|
      |±|\`conv_3\` CONV_2D|64 → 96 channels|+10 KiB|+9.4 KiB|+3.20 ms|+64 µJ|
      ||other memory|placement of buffers and the runtime's own structures|+1.1 KiB||||
      ||model file|structure of the file beside its constants||+1.6 KiB|||

      </details>

      <details><summary>Memory over the operators</summary>

      \`models/kws.onnx\` on \`nano33\`: most is alive while \`conv_3\` runs (53.4 KiB); before, while \`conv_3\` runs (43.4 KiB).

      \`\`\`mermaid
      xychart-beta
        title "Activations alive, from the first operator to the last: head (bars), base (line)"
        x-axis "% of the operators" 0 --> 100
        y-axis "KiB" 0 --> 59
        bar [19.5, 43, 53.4, 30]
        line [19.5, 43, 43.4, 20]
      \`\`\`

      </details>

      <details><summary>How full the budgets are</summary>

      - \`██████████\` Peak RAM 71.2 KiB, 111.3 % of 64 KiB: \`models/kws.onnx\` on \`nano33\`
      - \`██████████\` Latency ≈ 21.4 ms, 107 % of 20 ms: \`models/kws.onnx\` on \`nano33\`
      - \`██░░░░░░░░\` Peak RAM 71.2 KiB, 23.7 % of 300 KiB: \`models/kws.onnx\` on \`esp32\`

      </details>

      <details><summary>Base and head</summary>

      | Model | Target | Metric | Base | Head | Change |
      | :- | :- | :- | -: | -: | -: |
      | \`models/kws.onnx\` | \`nano33\` | Peak RAM | 60.1 KiB | 71.2 KiB | +11.1 KiB |
      | \`models/kws.onnx\` | \`nano33\` | Flash | ≈ 120 KiB | ≈ 131 KiB | +11 KiB |
      | \`models/kws.onnx\` | \`nano33\` | Latency | ≈ 18.2 ms | ≈ 21.4 ms | +3.20 ms |
      | \`models/kws.onnx\` | \`nano33\` | Energy | ≈ 364 µJ | ≈ 428 µJ | +64 µJ |
      | \`models/kws.onnx\` | \`nano33\` | Accuracy | 91.3 % | 91.3 % | ±0 |
      | \`models/kws.onnx\` | \`esp32\` | Peak RAM | 60.1 KiB | 71.2 KiB | +11.1 KiB |
      | \`models/kws.onnx\` | \`esp32\` | Flash | ≈ 120 KiB | ≈ 131 KiB | +11 KiB |
      | \`models/kws.onnx\` | \`esp32\` | Latency | ≈ 18.2 ms | ≈ 21.4 ms | +3.20 ms |
      | \`models/kws.onnx\` | \`esp32\` | Energy | ≈ 364 µJ | ≈ 428 µJ | +64 µJ |
      | \`models/kws.onnx\` | \`esp32\` | Accuracy | 91.3 % | 91.3 % | ±0 |

      </details>

      <details><summary>How the numbers were obtained</summary>

      - **Peak RAM**: exact, follows from the bytes; greedy planner of TensorFlow Lite Micro
      - **Flash**: ≈ an estimate, off by 3 % on average; artifact and the code of its operators
      - **Latency**: ≈ an estimate, off by 10 % on average; cycles per operator at 64 MHz
      - **Energy**: ≈ an estimate, off by 20 % on average; active power × latency
      - **Accuracy**: measured; top-1 on data/kws-test.npz, 1000 samples

      Values are the head's, below them the change from the base. ✅ within its budgets, ⚠️ over a budget that warns, ❌ over a budget that fails, 🚫 could not be judged, no mark: no budget. ≈ marks an estimate, – a value that can't be had.

      </details>

      <sub>edge-ready-gate \`1.0.0\` · \`2222222\` against main at \`1111111\` · [run and artifacts](https://github.com/o/r/actions/runs/1)</sub>
      "
    `);
  });

  it('everything fine, with a saving to take and too few samples', () => {
    const side = (accuracy: number) =>
      measurement({
        accuracy: { value: accuracy, unit: 'ratio', basis: 'measured', source: 'top-1 on data/kws-test.npz' },
      });
    const fine = comparison({
      base: { measurement: side(0.99), correct: answers(200, 0, 1) },
      head: { measurement: side(0.985), correct: answers(200, 0, 2, 3) },
      budgets: [ramLimit, budget('accuracy', { kind: 'max-drop', points: 0.01 })],
      saving: {
        recipe: 'lossless',
        steps: [
          { pass: 'plan-memory', peakRam: -4 * KiB, flash: 120 },
          { pass: 'remove-dead-channels', flash: -12 * KiB - 120, latency: -0.5 },
        ],
        measurement: measurement({ flash: modelled(108 * KiB, 'B', 0.03) }),
        command: 'edge-ready optimize models/kws.onnx --target nano33 --recipe lossless --output kws.tflite',
        file: 'kws.tflite',
      },
    });
    expect(renderComment(report([fine]), { marker })).toMatchInlineSnapshot(`
      "<!-- edge-ready-gate:ci -->

      ✅ **models/kws.onnx** stays within its budgets on **nano33**: accuracy 98.5 % (−0.5 pp)

      | Model on \`nano33\` | Peak RAM | Flash | Latency | Energy | Accuracy |
      | :- | -: | -: | -: | -: | -: |
      | ✅ \`models/kws.onnx\` | ✅ 60.1 KiB<br>±0 | ≈ 120 KiB<br>±0 | ≈ 18.2 ms<br>±0 | ≈ 420 µJ<br>±0 | ✅ 98.5 %<br>−0.5 pp |

      - \`models/kws.onnx\` on \`nano33\`: accuracy fell 0.5 pp ≤ 1 pp (99 % → 98.5 %; 95 % interval −3.1 pp to +1.9 pp: 200 samples are too few to rule out a drop over 1 pp)

      **To save**

      - \`models/kws.onnx\` on \`nano33\`: recipe \`lossless\` saves ≈ 12 KiB flash (\`kws.tflite\` among the artifacts)  
        \`edge-ready optimize models/kws.onnx --target nano33 --recipe lossless --output kws.tflite\`
        - \`remove-dead-channels\` (channels whose value never changes go): ≈ −12.1 KiB flash, ≈ −500 µs latency
        - \`plan-memory\` (a memory plan in the file, better than the runtime's own): ≈ +120 B flash, −4 KiB peak RAM

      <details><summary>How full the budgets are</summary>

      - \`█████████░\` Peak RAM 60.1 KiB, 93.9 % of 64 KiB: \`models/kws.onnx\` on \`nano33\`

      </details>

      <details><summary>Base and head</summary>

      | Model | Target | Metric | Base | Head | Change |
      | :- | :- | :- | -: | -: | -: |
      | \`models/kws.onnx\` | \`nano33\` | Peak RAM | 60.1 KiB | 60.1 KiB | ±0 |
      | \`models/kws.onnx\` | \`nano33\` | Flash | ≈ 120 KiB | ≈ 120 KiB | ±0 |
      | \`models/kws.onnx\` | \`nano33\` | Latency | ≈ 18.2 ms | ≈ 18.2 ms | ±0 |
      | \`models/kws.onnx\` | \`nano33\` | Energy | ≈ 420 µJ | ≈ 420 µJ | ±0 |
      | \`models/kws.onnx\` | \`nano33\` | Accuracy | 99 % | 98.5 % | −0.5 pp |

      </details>

      <details><summary>Accuracy, sample by sample</summary>

      - \`models/kws.onnx\` on \`nano33\`: −0.5 pp (95 % interval −3.1 pp to +1.9 pp; p = 1): of 200 samples, 2 are now wrong and 1 now right

      </details>

      <details><summary>How the numbers were obtained</summary>

      - **Peak RAM**: exact, follows from the bytes; greedy planner of TensorFlow Lite Micro
      - **Flash**: ≈ an estimate, off by 3 % on average; artifact and the code of its operators
      - **Latency**: ≈ an estimate, off by 10 % on average; cycles per operator at 64 MHz
      - **Energy**: ≈ an estimate, off by 20 % on average; active power × latency
      - **Accuracy**: measured; top-1 on data/kws-test.npz

      Values are the head's, below them the change from the base. ✅ within its budgets, ⚠️ over a budget that warns, ❌ over a budget that fails, 🚫 could not be judged, no mark: no budget. ≈ marks an estimate, – a value that can't be had.

      </details>

      <sub>edge-ready-gate \`1.0.0\` · \`2222222\` against main at \`1111111\`</sub>
      "
    `);
  });

  it('what could not be judged, what does not run, what is new', () => {
    const broken = comparison({
      change: { path: 'models/broken.onnx', state: 'compared' },
      head: null,
      problems: ['models/broken.onnx ends after 12 of 40 bytes; commit it again.'],
    });
    const refused = comparison({
      change: { path: 'models/gelu.tflite', state: 'renamed', previousPath: 'models/old.tflite' },
      head: {
        measurement: measurement({
          deployable: false,
          peakRam: null,
          flash: null,
          latency: null,
          energy: null,
          accuracy: null,
          unavailable: {
            peakRam: 'the model does not run',
            flash: 'the model does not run',
            latency: 'the model does not run',
            energy: 'the model does not run',
            accuracy: 'no evaluation set is configured for this model',
          },
          findings: [
            {
              code: 'unsupported-operator',
              severity: 'error',
              where: 'operator 3',
              message: 'TensorFlow Lite Micro has no GELU',
            },
          ],
        }),
      },
      budgets: [ramLimit],
    });
    const fresh = comparison({
      change: { path: 'models/new.onnx', state: 'new' },
      base: null,
      head: {
        measurement: measurement({
          findings: [
            {
              code: 'float-model',
              severity: 'warning',
              message: 'the model is float32; int8 would be four times smaller',
            },
          ],
        }),
      },
      budgets: [ramLimit],
    });
    expect(
      renderComment(
        report([fresh, refused, broken], {
          notes: ['This pull request changes edge-ready.yml; it is judged by the version of the base.'],
        }),
        { marker },
      ),
    ).toMatchInlineSnapshot(`
      "<!-- edge-ready-gate:ci -->

      🚫 **models/broken.onnx** could not be judged on **nano33**: models/broken.onnx ends after 12 of 40 bytes; commit it again; 1 more fails

      - This pull request changes edge-ready.yml; it is judged by the version of the base.

      | Model on \`nano33\` | Peak RAM | Flash | Latency | Energy | Accuracy |
      | :- | -: | -: | -: | -: | -: |
      | 🚫 \`models/broken.onnx\` | – | – | – | – | – |
      | ❌ \`models/gelu.tflite\`<br>was \`models/old.tflite\` | ❌ – | – | – | – | – |
      | ✅ \`models/new.onnx\`<br>new | ✅ 60.1 KiB | ≈ 120 KiB | ≈ 18.2 ms | ≈ 420 µJ | 91.3 % |

      #### 🚫 **models/broken.onnx** on **nano33**

      - 🚫 models/broken.onnx ends after 12 of 40 bytes; commit it again.

      #### ❌ **models/gelu.tflite** on **nano33**

      - ❌ operator 3: TensorFlow Lite Micro has no GELU (\`unsupported-operator\`)

      **On your machine**: \`edge-ready check --base 1111111111 --output report\` says the same and writes the page with its figures.

      <details><summary>How full the budgets are</summary>

      - \`█████████░\` Peak RAM 60.1 KiB, 93.9 % of 64 KiB: \`models/new.onnx\` on \`nano33\`

      </details>

      <details><summary>Base and head</summary>

      | Model | Target | Metric | Base | Head | Change |
      | :- | :- | :- | -: | -: | -: |
      | \`models/broken.onnx\` | \`nano33\` | Peak RAM | 60.1 KiB | – | – |
      | \`models/broken.onnx\` | \`nano33\` | Flash | ≈ 120 KiB | – | – |
      | \`models/broken.onnx\` | \`nano33\` | Latency | ≈ 18.2 ms | – | – |
      | \`models/broken.onnx\` | \`nano33\` | Energy | ≈ 420 µJ | – | – |
      | \`models/broken.onnx\` | \`nano33\` | Accuracy | 91.3 % | – | – |
      | \`models/gelu.tflite\` | \`nano33\` | Peak RAM | 60.1 KiB | – | – |
      | \`models/gelu.tflite\` | \`nano33\` | Flash | ≈ 120 KiB | – | – |
      | \`models/gelu.tflite\` | \`nano33\` | Latency | ≈ 18.2 ms | – | – |
      | \`models/gelu.tflite\` | \`nano33\` | Energy | ≈ 420 µJ | – | – |
      | \`models/gelu.tflite\` | \`nano33\` | Accuracy | 91.3 % | – | – |

      </details>

      <details><summary>Remarks</summary>

      - \`models/new.onnx\`: ⚠️ the model is float32; int8 would be four times smaller (\`float-model\`)

      </details>

      <details><summary>How the numbers were obtained</summary>

      - **Peak RAM**: exact, follows from the bytes; greedy planner of TensorFlow Lite Micro
      - **Peak RAM**: not available, the model does not run
      - **Flash**: ≈ an estimate, off by 3 % on average; artifact and the code of its operators
      - **Flash**: not available, the model does not run
      - **Latency**: ≈ an estimate, off by 10 % on average; cycles per operator at 64 MHz
      - **Latency**: not available, the model does not run
      - **Energy**: ≈ an estimate, off by 20 % on average; active power × latency
      - **Energy**: not available, the model does not run
      - **Accuracy**: measured; top-1 on data/kws-test.npz, 1000 samples
      - **Accuracy**: not available, no evaluation set is configured for this model

      Values are the head's, below them the change from the base. ✅ within its budgets, ⚠️ over a budget that warns, ❌ over a budget that fails, 🚫 could not be judged, no mark: no budget. ≈ marks an estimate, – a value that can't be had.

      </details>

      <sub>edge-ready-gate \`1.0.0\` · \`2222222\` against main at \`1111111\`</sub>
      "
    `);
  });

  it('nothing changed', () => {
    expect(renderComment(report([]), { marker })).toMatchInlineSnapshot(`
      "<!-- edge-ready-gate:ci -->

      ✅ No model changed

      <sub>edge-ready-gate \`1.0.0\` · \`2222222\` against main at \`1111111\`</sub>
      "
    `);
  });
});

/** Models that pass without change, and models that fail, in any number. */
function many(unchanged: number, failing: number): readonly Comparison[] {
  const one = comparison({ budgets: [ramLimit] });
  const bad = comparison({
    base: { measurement: narrowModel() },
    head: { measurement: wideModel() },
    budgets: [ramLimit],
  });
  return [
    ...Array.from({ length: unchanged }, (_, index) => ({ ...one, model: `models/same-${index}.onnx` })),
    ...Array.from({ length: failing }, (_, index) => ({ ...bad, model: `models/wide-${index}.onnx` })),
  ];
}

it('tells of a model once what happened, with the figures of the target that comes first, and nothing of one that did not change', () => {
  const sides = { base: { measurement: narrowModel() }, head: { measurement: wideModel() } };
  const on = (name: string) => ({ target: { name, id: `${name}/tflm` } });
  const same = { base: { measurement: wideModel() }, head: { measurement: wideModel() } };
  const all = [
    comparison({ ...sides, ...on('nano33') }),
    comparison({ ...sides, ...on('esp32') }),
    comparison({ ...same, ...on('nano33'), change: { path: 'models/other.onnx', state: 'compared' } }),
  ];
  const text = renderComment(report(all), { marker: '' });
  expect(text.match(/Wider: conv_3/g)).toHaveLength(2);
  expect(text.match(/operator by operator/g)).toHaveLength(1);
  expect(text).not.toContain('`models/other.onnx`: ');
  const many = Array.from({ length: 400 }, (_, index) =>
    comparison({ ...sides, change: { path: `models/${index}.onnx`, state: 'compared' } }),
  );
  const short = renderComment(report(many), { marker: '' });
  expect(short.length).toBeLessThanOrEqual(60_000);
  expect(short).toContain('Wider: conv_3');
});

describe('the ladder', () => {
  const given = report(many(40, 12));
  const at = (limit: number) => renderComment(given, { marker, runUrl, limit });
  const form = (rows: number, unchanged: boolean, folds: boolean) =>
    commentBody(given, { marker, runUrl }, { rows, unchanged, folds });
  const forms = [
    form(1000, true, true),
    form(1000, false, true),
    form(10, false, true),
    form(5, false, true),
    form(12, false, false),
    form(10, false, false),
  ];

  it.each([0, 1, 2, 3] as const)(
    'shows form %i when it just fits, and the next when it is one character too long',
    (step) => {
      const [larger = '', smaller = ''] = [forms[step], forms[step + 1]];
      expect(larger.length).toBeGreaterThan(smaller.length);
      expect(at(larger.length)).toBe(larger);
      expect(at(larger.length - 1)).toBe(smaller);
    },
  );

  it('ends in counts and a link, whatever the number of models', () => {
    const counts = countsBody(given, { marker, runUrl });
    const least = form(1, false, false);
    expect(at(least.length)).toBe(least);
    expect(at(least.length - 1)).toBe(counts);
    expect(counts).toContain('52 results: ❌ 12 fail, ✅ 40 pass.');
    expect(counts).toContain(`[run and artifacts](${runUrl})`);
    expect(countsBody(report(many(0, 500)), { marker }).length).toBeLessThan(1000);
  });

  it('says what it leaves out', () => {
    expect(forms[1]).toContain('Not shown: 40 unchanged.');
    expect(forms[2]).toContain('Not shown: **2 more that do not pass**, 40 unchanged.');
  });

  it('keeps a thousand failing models within GitHub’s limits', () => {
    const large = report(many(500, 500));
    expect(renderComment(large, { marker }).length).toBeLessThanOrEqual(60_000);
    const summary = renderSummary(large);
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(900 * 1024);
    expect(summary).toContain('models/wide-499.onnx');
    expect(Buffer.byteLength(renderSummary(large, { limitBytes: 20_000 }))).toBeLessThanOrEqual(20_000);
  });

  it('never leaves markup open', () => {
    for (let limit = 2000; limit < 60_000; limit += 1717) {
      const text = at(limit);
      expect(text.match(/<details>/g)?.length ?? 0).toBe(text.match(/<\/details>/g)?.length ?? 0);
      expect(text.trimEnd().endsWith('</sub>')).toBe(true);
    }
  });
});

describe('a hostile repository', () => {
  const hostile = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '@octocat',
          '<img src=x>',
          '|',
          '`',
          '](http://evil)',
          '\n# title',
          '</details>',
          '-->',
          'www.evil.example',
        ),
        fc.string(),
      ),
      { minLength: 1, maxLength: 5 },
    )
    .map((parts) => parts.join('').slice(0, 200));

  it('adds no element, mention, link, column or line to the comment', () => {
    const shape = (name: string, reason: string) => {
      const given = comparison({
        change: { path: name, state: 'renamed', previousPath: name },
        target: { name, id: 'x' },
        base: { measurement: narrowModel() },
        head: {
          measurement: {
            ...wideModel(),
            peakRam: exact(71.2 * KiB, reason),
            accuracy: null,
            unavailable: { accuracy: reason },
            findings: [
              { code: 'x', severity: 'error', where: reason, message: reason },
              { code: 'y', severity: 'info', message: reason },
            ],
          },
        },
        budgets: [budget('peakRam', { kind: 'max', value: 64 * KiB }, { origin: name })],
        saving: {
          recipe: name,
          steps: [
            { pass: name, flash: -1 },
            { pass: reason.slice(0, 100), peakRam: 1 },
          ],
          command: reason,
          file: name,
          measurement: measurement({ flash: exact(1) }),
        },
        problems: [reason],
      });
      return renderComment(
        report([given], {
          notes: [reason],
          problems: [reason, name],
          base: { sha: '1'.repeat(40), label: name },
          gate: reason.slice(0, 40),
        }),
        { marker },
      );
    };
    const tags = (text: string) =>
      text
        .replaceAll('<code>', '')
        .replaceAll('</code>', '')
        .match(/<[^>]*>|</g);
    const pipes = (text: string) => text.split('\n').map((line) => line.split('|').length);
    const ordinary = shape('x', 'y');
    fc.assert(
      fc.property(hostile, hostile, (name, reason) => {
        const text = shape(name, reason);
        expect(tags(text)).toEqual(tags(ordinary));
        expect(pipes(text)).toEqual(pipes(ordinary));
        expect(text).not.toMatch(/@|\]\(|:\/\/|www\./);
      }),
      { numRuns: 300 },
    );
  });

  it('links to a run only by an ordinary address', () => {
    expect(renderComment(report([]), { marker, runUrl: 'javascript:alert(1)' })).not.toContain('](');
    expect(renderComment(report([]), { marker, runUrl: 'https://x/) [y](https://z' })).not.toContain('](');
  });
});
