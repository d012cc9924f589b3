import { describe, expect, it } from 'vitest';
import type { Finding, Layer, Measurement } from '../../src/measurement/measurement.ts';
import { renderComment } from '../../src/report/comment.ts';
import { headline } from '../../src/report/headline.ts';
import { renderText } from '../../src/report/text.ts';
import { accelerationOf } from '../../src/runtimes/acceleration.ts';
import { resolveTarget } from '../../src/targets/load.ts';
import { budget, comparison, layer, layers, measurement, report } from '../support/measurements.ts';

const npuTarget = resolveTarget('grove-vision-ai-v2/ethos-u');

/** A model on the NPU of Grove Vision AI V2 with what its layers say. */
function onNpu(of: Layer[], findings: readonly Finding[] = []): Measurement {
  const { unavailable, ...acceleration } = accelerationOf(of, npuTarget);
  const target = { id: 'grove-vision-ai-v2/ethos-u', board: 'grove-vision-ai-v2', runtime: 'ethos-u' };
  return measurement({ target, layers: of, findings: [...findings], ...acceleration, unavailable });
}

const base = onNpu(
  layers(
    layer('stem', { unit: 'npu', macs: 250, latency: 1 }),
    layer('dilated', { unit: 'npu', macs: 680, latency: 2 }),
    layer('softmax', { type: 'SOFTMAX', macs: 70, latency: 0.5 }),
  ),
);
const head = onNpu(
  layers(
    layer('stem', { unit: 'npu', macs: 250, latency: 1 }),
    layer('dilated', { macs: 680, latency: 40 }),
    layer('softmax', { type: 'SOFTMAX', macs: 70, latency: 0.5 }),
  ),
  [
    {
      code: 'fallback',
      severity: 'warning',
      where: 'operator 1 CONV_2D "dilated"',
      message: 'A dilated kernel may be 64 high and no more. Use two smaller dilations.',
    },
    { code: 'fallback', severity: 'warning', where: 'operator 2 SOFTMAX "softmax"', message: 'Softmax of that size.' },
  ],
);
const fallbacks = (one: Measurement | null, other: Measurement) =>
  comparison({ base: one === null ? null : { measurement: one }, head: { measurement: other } }).fallbacks;
const target = { name: 'vision', id: 'grove-vision-ai-v2/ethos-u' };

describe('accelerationOf', () => {
  it('shares of multiply-accumulates, of time and of operators', () => {
    expect(base.acceleration).toEqual({ unit: 'npu', macs: 0.93, time: 3 / 3.5, operators: 2, of: 3 });
    expect(head.acceleration).toEqual({ unit: 'npu', macs: 0.25, time: 1 / 41.5, operators: 1, of: 3 });
    expect(base.accelerated).toMatchObject({ value: 0.93, unit: 'ratio', basis: 'modelled' });
  });

  it('null with a reason where there is no accelerator, and 0 where nothing runs on the one that is there', () => {
    const none = accelerationOf(layers(layer('conv')), resolveTarget('arduino-nano-33-ble'));
    expect(none).toMatchObject({ accelerated: null, acceleration: null });
    expect(none.unavailable.accelerated).toContain('gives nothing to an accelerator');
    expect(accelerationOf(layers(layer('conv')), npuTarget).accelerated?.value).toBe(0);
  });

  it('says which compiler placed the operators, and leaves open what has no time', () => {
    const placed = accelerationOf(layers(layer('a', { unit: 'npu', latency: null })), npuTarget, 'Vela 5.2');
    expect(placed.accelerated).toMatchObject({ basis: 'measured', source: expect.stringContaining('Vela 5.2') });
    expect(placed.acceleration?.time).toBeNull();
  });

  it('counts operators where there are no multiply-accumulates', () => {
    const of = layers(layer('a', { unit: 'npu', macs: 0 }), layer('b', { macs: 0 }));
    expect(accelerationOf(of, npuTarget).accelerated).toMatchObject({ value: 0.5 });
  });
});

describe('a pull request that drops NPU coverage from 93 % to 25 %', () => {
  it('names the operator that fell back and not the one that always ran on the CPU', () => {
    expect(fallbacks(base, head).map((each) => each.layer)).toEqual(['dilated']);
    expect(fallbacks(base, head)[0]).toMatchObject({ from: 'npu', share: 0.68, latency: 40 });
    expect(fallbacks(head, base)).toEqual([]);
    expect(fallbacks(null, head)).toEqual([]);
    expect(fallbacks(measurement(), measurement())).toEqual([]);
  });

  const judged = (budgets: Parameters<typeof comparison>[0]) =>
    comparison({ target, base: { measurement: base }, head: { measurement: head }, ...budgets });

  it('fails a budget on the share, and is told in the headline what to replace', () => {
    const result = judged({ budgets: [budget('accelerated', { kind: 'min', value: 0.9 })] });
    expect(result.verdict).toBe('fail');
    expect(headline(report([result]))).toMatchInlineSnapshot(
      `"models/kws.onnx now falls back to the CPU on vision: accelerated share ≈ 25 % < 90 % (−68 pp, dilated CONV_2D fell back from the NPU to the CPU (68 % of the MACs, 40 ms there): A dilated kernel may be 64 high and no more. Use two smaller dilations)"`,
    );
  });

  it('and in the comment, with the share of the time', () => {
    const result = judged({ budgets: [budget('accelerated', { kind: 'max-drop', points: 0.05 })] });
    const text = renderComment(report([result]), { marker: '' });
    expect(text.slice(text.indexOf('####'), text.indexOf('<details>'))).toMatchInlineSnapshot(`
      "#### ❌ **models/kws.onnx** on **vision**

      - ❌ accelerated share fell 68 pp > 5 pp (93 % → 25 %) (\`edge-ready.yml:12\`)
        - on the NPU: of the time 85.7 % → 2.4 %, of the operators 2 of 3 → 1 of 3
        - \`dilated\` CONV_2D fell back from the NPU to the CPU (68 % of the MACs, 40 ms there): A dilated kernel may be 64 high and no more. Use two smaller dilations.

      **On your machine**: \`edge-ready check --base 1111111111 --output report\` says the same and writes the page with its figures.

      "
    `);
    expect(text).toContain('Accelerated share');
    expect(renderText(report([result]))).toContain('dilated CONV_2D fell back from the NPU');
  });

  it('is told with the latency where no budget is on the share', () => {
    const result = judged({ budgets: [budget('latency', { kind: 'max', value: 0.001 })] });
    const text = renderComment(report([result]), { marker: '' });
    const lines = text.slice(text.indexOf('####'), text.indexOf('<details>')).split('\n');
    expect(lines.filter((line) => line.includes('on the NPU: of the time'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('CONV_2D fell back from the NPU'))).toHaveLength(1);
    expect(renderText(report([result]))).toContain('dilated CONV_2D fell back from the NPU');
  });

  it('a share that rises passes', () => {
    const budgets = [budget('accelerated', { kind: 'max-drop', points: 0.05 })];
    const better = comparison({ target, base: { measurement: head }, head: { measurement: base }, budgets });
    expect(better.verdict).toBe('pass');
    expect(headline(report([better]))).toContain('gains 68 pp accelerated share');
  });
});

it('a budget on the share is an error on a target without an accelerator, with the reason', () => {
  const result = comparison({ budgets: [budget('accelerated', { kind: 'min', value: 0.9 })] });
  expect(result.verdict).toBe('error');
  expect(result.judgements[0]?.message).toContain('gives nothing to an accelerator');
});
