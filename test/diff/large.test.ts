import { describe, expect, it } from 'vitest';
import { diffModels } from '../../src/diff/diff-models.ts';
import { foldRows } from '../../src/diff/fold-rows.ts';
import { type DiffRow, diffMetrics, modelDiffSchema, mostRows } from '../../src/diff/model-diff.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { layer, layers, measurement } from '../support/measurements.ts';
import { type LayerSpec, type Writing, writeNetwork } from '../support/random-models.ts';

const count = 5000;

/** A chain of 5,000 operators, every third a convolution. */
const chain: readonly LayerSpec[] = Array.from({ length: count }, (_, id) => ({
  id,
  kind: id % 3 === 0 ? 'conv' : id % 3 === 1 ? 'relu' : 'sigmoid',
  from: [id - 1],
  width: 3,
  seed: id,
  dilation: 1,
}));

function sideOf(network: readonly LayerSpec[], sha: string, writing: Partial<Writing> = {}) {
  const graph: Graph = writeNetwork(network, writing);
  const of = graph.operators.map(({ name, type }, index) => layer(name, { type, latency: 1 + (index % 7) / 10 }));
  const model = { ...measurement().model, sha256: sha.repeat(64), macs: 0, parameters: 0 };
  return { measurement: measurement({ model, layers: layers(...of) }), source: graph, artifact: graph };
}

const bytesOf = (value: unknown) => JSON.stringify(value).length;

describe('models of 5,000 operators', () => {
  it('runs of what did not change are one row', () => {
    const head = chain.with(2400, { ...chain[2400], id: 2400, dilation: 2 } as LayerSpec);
    const { diff } = diffModels(sideOf(chain, 'a'), sideOf(head, 'b'));
    modelDiffSchema.parse(diff);
    expect(diff.counts).toEqual({ same: count - 1, changed: 1, added: 0, removed: 0, moved: 0 });
    expect(diff.rows.length).toBeLessThan(10);
    expect(diff.rows.reduce((sum, row) => sum + row.count, 0)).toBe(count);
    expect(diff.rows.filter(({ kind }) => kind === 'changed')).toMatchObject([{ head: 2400, count: 1 }]);
  });

  it('stays within its limit where everything changed, with the sums as they were', () => {
    const head = sideOf(chain, 'b', { size: 16, shift: () => 0.2 });
    const slower = {
      ...head.measurement,
      layers: head.measurement.layers.map((each) => ({ ...each, latency: (each.latency ?? 0) * 2 })),
    };
    const { diff, shares } = diffModels(sideOf(chain, 'a'), { ...head, measurement: slower });
    modelDiffSchema.parse(diff);
    expect(diff.rows.length).toBeLessThanOrEqual(mostRows);
    expect(bytesOf(diff)).toBeLessThan(500_000);
    for (const { metric, base, head: after } of shares) {
      const rows = diff.rows.reduce((sum, { deltas }) => sum + (deltas[metric] ?? 0), 0);
      const rest = diff.rest.filter((each) => each.metric === metric).reduce((sum, { delta }) => sum + delta, 0);
      expect(rows + rest).toBe(after - base);
    }
  });

  it('pairs unrelated models of that size in the order that fits', () => {
    const other = chain.map(
      (each) => ({ ...each, seed: each.seed + 1_000_000, kind: each.id % 2 === 0 ? 'relu' : 'conv' }) as const,
    );
    const { diff } = diffModels(sideOf(chain, 'a'), sideOf(other, 'b', { nameOf: ({ id }) => `other_${id}` }));
    modelDiffSchema.parse(diff);
    const both = diff.counts.same + diff.counts.changed + diff.counts.moved;
    expect(both + diff.counts.removed).toBe(count);
    expect(both + diff.counts.added).toBe(count);
  });
});

describe('foldRows', () => {
  const row = (at: number, kind: DiffRow['kind']): DiffRow => ({
    kind,
    count: 1,
    base: at,
    head: at,
    type: 'Conv',
    name: `conv_${at}`,
    baseOutput: null,
    headOutput: null,
    changes: [],
    inputs: at === 0 ? [] : [at - 1],
    deltas: kind === 'same' ? {} : { flash: at },
  });

  it.each([
    ['alternating', (at: number) => (at % 2 === 0 ? 'same' : 'changed')],
    ['all changed', () => 'changed'],
    ['all same', () => 'same'],
  ] satisfies readonly (readonly [string, (at: number) => DiffRow['kind']])[])(
    '%s: within the limit, every row counted once, inputs before their readers',
    (_, kindAt) => {
      const rows = Array.from({ length: 4001 }, (__, at) => row(at, kindAt(at)));
      const folded = foldRows(rows);
      expect(folded.length).toBeLessThanOrEqual(mostRows);
      expect(folded.reduce((sum, each) => sum + each.count, 0)).toBe(rows.length);
      for (const metric of diffMetrics) {
        const sum = (of: readonly DiffRow[]) => of.reduce((all, { deltas }) => all + (deltas[metric] ?? 0), 0);
        expect(sum(folded)).toBe(sum(rows));
      }
      expect(folded.every(({ inputs }, at) => inputs.every((input) => input < at))).toBe(true);
    },
  );
});
