import { expect, it } from 'vitest';
import { budgetsFor } from '../../src/config/budgets.ts';
import { renderComment } from '../../src/report/comment.ts';
import { headline } from '../../src/report/headline.ts';
import { resolveTarget } from '../../src/targets/load.ts';
import { comparison, measurement, modelled, report } from '../support/measurements.ts';

const budgets = budgetsFor(null, 'models/kws.onnx', resolveTarget('max78000/ai8x'), { rule: 'base' });
const side = (data: number, weights: number) =>
  measurement({
    peakRam: null,
    unavailable: { peakRam: "results live in the accelerator's own data memory" },
    dataMemory: modelled(data * 1024, 'B', 0.05),
    weightMemory: modelled(weights * 1024, 'B', 0.05),
  });

it("a model that no longer fits into an accelerator's own memory fails, and headline and comment say so", () => {
  const grown = comparison({
    base: { measurement: side(200, 300) },
    head: { measurement: side(200, 450) },
    budgets,
  });
  expect(grown.judgements.filter(({ verdict }) => verdict === 'fail').map(({ message }) => message)).toEqual([
    'weight memory ≈ 450 KiB > 432 KiB',
  ]);
  const one = report([grown]);
  expect(headline(one)).toContain('no longer fits nano33: weight memory ≈ 450 KiB > 432 KiB (+50 %)');
  const text = renderComment(one, { marker: '' }).replaceAll('\u00a0', ' ');
  expect(text).toContain('Data memory | Weight memory');
  expect(text).toContain("weight memory of max78000/ai8x's accelerator");
});
