import { addLines, readHistory } from '../../../src/history/files.ts';
import { lineText } from '../../../src/history/line.ts';
import { allSeries } from '../../../src/history/series.ts';
import { pastOf } from '../../../src/judge/past.ts';
import { metricNames } from '../../../src/measurement/metric-names.ts';
import { renderHistoryText } from '../../../src/report/history-text.ts';
import { renderTrend } from '../../../src/report/html/render-trend.ts';
import { commitId, historyLine } from '../../history/lines.ts';
import { comparison, narrowModel, report, wideModel } from '../../support/measurements.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { mutateBytes } from '../mutate-bytes.ts';
import { mutateTree } from '../mutate-tree.ts';
import { renderedEverywhere } from './rendered.ts';

const name = '2025-10.jsonl';

/** Month files as anybody who can write to the data branch may leave them: read, added to, shown in every way. */
export function historyFuzzer(): Fuzzer {
  const lines = Array.from({ length: 6 }, (_, index) =>
    historyLine({
      commit: commitId(index),
      time: 1_760_000_000 + index * 3600,
      model: index === 3 ? 'models/old.onnx' : 'models/kws.onnx',
      ...(index === 4 ? { was: 'models/old.onnx' } : {}),
      metrics: { peakRam: [65_536 + index, 'exact'], batteryLife: [100 - index, 'modelled', 'at-most'] },
    }),
  );
  const encode = (trees: readonly unknown[]) =>
    new TextEncoder().encode(trees.map((tree) => `${JSON.stringify(tree)}\n`).join(''));
  const added = historyLine({ commit: commitId(2), subject: 'again' });
  const sides = { base: { measurement: narrowModel() }, head: { measurement: wideModel() } };
  return {
    name: 'history',
    extension: 'jsonl',
    seeds: [encode(lines)],
    mutate: (random) => {
      const bytes = encode(
        lines.map((line) => (random.chance(3) ? line : mutateTree(line, random.pick(lines), random))),
      );
      return random.chance(4) ? mutateBytes(bytes, random) : bytes;
    },
    run: (bytes) => {
      const files = new Map([[name, new TextDecoder().decode(bytes)]]);
      const history = readHistory(files);
      const after = readHistory(new Map([...files, ...addLines(files, [added])]));
      if (!after.lines.some((line) => lineText(line) === lineText(added))) throw new Error('a line was lost');
      const series = allSeries(history);
      renderHistoryText({ series, metrics: [] });
      renderHistoryText({ series, metrics: metricNames, since: { label: 'v1', time: 1_760_000_000 } });
      renderTrend(history, 'https://github.example/acme/models');
      for (const one of series.slice(0, 3)) renderedEverywhere(report([comparison({ ...sides, past: pastOf(one) })]));
      return history.lines.length === 0 ? 'nothing was a line' : 'shown';
    },
  };
}
