import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignGraphs } from '../../src/diff/align.ts';
import { compareRows } from '../../src/diff/compared-row.ts';
import { endsOf } from '../../src/diff/ends.ts';
import type { RowKind } from '../../src/diff/model-diff.ts';
import { whatHappened } from '../../src/diff/what-happened.ts';
import { readModel } from '../../src/formats/read-model.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { inferShapes } from '../../src/graph/infer-shapes.ts';
import { anyNetwork, type LayerSpec, type NetworkSpec, type Writing, writeNetwork } from '../support/random-models.ts';

/** What the diff says of two graphs: how many operators of each kind, what happened, and what changed in which. */
function diffOf(base: Graph, head: Graph) {
  const rows = compareRows(alignGraphs(base, head));
  const counts: Partial<Record<RowKind, number>> = {};
  for (const { kind } of rows) counts[kind] = (counts[kind] ?? 0) + 1;
  const opsetOf = (graph: Graph) => graph.operators[0]?.version;
  const events = whatHappened({
    isSameFile: false,
    dialect: head.dialect,
    formats: [base.dialect, head.dialect],
    opsets: [opsetOf(base), opsetOf(head)],
    rows,
    memoryPlans: [undefined, undefined],
    ends: endsOf(base, head),
  });
  return { rows, counts, codes: events.map(({ code }) => code), events };
}

const anyWriting = fc.record({
  dialect: fc.constantFrom('onnx', 'tflite' as const),
  step: fc.constantFrom(undefined, 0.05),
});
const renamed = { nameOf: (_: LayerSpec, index: number) => `${index + 70}` };

const widthOf = (network: NetworkSpec, id: number): number => {
  const layer = network.find((each) => each.id === id);
  if (layer === undefined) return 3;
  return layer.kind === 'conv' ? layer.width : widthOf(network, layer.from[0] ?? -1);
};

/** The network with a layer behind another: what read that reads the new one. */
function inserted(network: NetworkSpec, at: number, kind: 'conv' | 'relu' | 'sigmoid'): NetworkSpec {
  const place = at % network.length;
  const before = network[place];
  if (before === undefined) return network;
  const layer: LayerSpec = {
    id: 1000,
    kind,
    from: [before.id],
    width: widthOf(network, before.id),
    seed: 77_777_777,
    dilation: 1,
  };
  const rewired = network
    .slice(place + 1)
    .map((each) => ({ ...each, from: each.from.map((id) => (id === before.id ? 1000 : id)) }));
  return [...network.slice(0, place + 1), layer, ...rewired];
}

/** The network without a layer that leaves shapes as they are, its readers fed by what fed it; `undefined` where there is none. */
function withoutOne(network: NetworkSpec, at: number): NetworkSpec | undefined {
  const kindOf = (id: number | undefined) => network.find((layer) => layer.id === id)?.kind;
  const able = network.filter(({ id, kind, from }) => {
    if (from.length !== 1) return false;
    if (kind === 'conv') return widthOf(network, id) === widthOf(network, from[0] ?? -1);
    // Of two equal activations in a row nobody can tell which is gone.
    return kindOf(from[0]) !== kind && !network.some((layer) => layer.kind === kind && layer.from.includes(id));
  });
  const gone = able[at % Math.max(1, able.length)];
  if (gone === undefined || network.length < 5) return undefined;
  const [feed = -1] = gone.from;
  return network
    .filter(({ id }) => id !== gone.id)
    .map((each) => ({ ...each, from: each.from.map((id) => (id === gone.id ? feed : id)) }));
}

/** Layers that exchanged places with their neighbour, where neither reads the other. */
function reordered(network: NetworkSpec): NetworkSpec | undefined {
  const place = network.findIndex((layer, at) => {
    const next = network[at + 1];
    return next !== undefined && at + 2 < network.length && !next.from.includes(layer.id);
  });
  const [one, other] = [network[place], network[place + 1]];
  if (one === undefined || other === undefined) return undefined;
  return network.with(place, other).with(place + 1, one);
}

/** Pairs by the layers' ids, where both sides have weights that only this layer has. */
function wrongPairs(base: NetworkSpec, head: NetworkSpec, rows: ReturnType<typeof diffOf>['rows']): readonly string[] {
  return rows.flatMap((row) => {
    const before = base[row.base?.index ?? -1];
    const after = head[row.head?.index ?? -1];
    const isWrong = before !== undefined && after !== undefined && before.kind === 'conv' && before.id !== after.id;
    return isWrong ? [`${before.id} with ${after.id}`] : [];
  });
}

/** True when the inserted layer reads an activation, or one reads it. */
function isBesideRelu(network: NetworkSpec): boolean {
  const place = network.findIndex(({ id }) => id === 1000);
  const feed = network.find(({ id }) => id === network[place]?.from[0]);
  return feed?.kind === 'relu' || network.some(({ kind, from }) => kind === 'relu' && from.includes(1000));
}

const has = (network: NetworkSpec, kind: LayerSpec['kind']) => network.some((layer) => layer.kind === kind);

/** One edit in some thousand can be told in two ways (of two equal layers that nothing reads one is gone), so the networks are the same each time. */
const seed = Number(process.env.SEED ?? 1);

function check(
  edit: (network: NetworkSpec, at: number, writing: Partial<Writing>) => void,
  network = anyNetwork(),
): void {
  fc.assert(fc.property(network, fc.nat(1000), anyWriting, edit), { numRuns: 200, seed });
}

describe('a random edit of a random network is found as that edit', () => {
  it('nothing', () => {
    check((network, _, writing) => {
      const graph = writeNetwork(network, writing);
      expect(diffOf(graph, writeNetwork(network, writing))).toMatchObject({
        counts: { same: network.length },
        codes: ['re-exported'],
      });
    });
  });

  it('everything renamed', () => {
    check((network, _, writing) => {
      const { counts, codes } = diffOf(
        writeNetwork(network, writing),
        writeNetwork(network, { ...writing, ...renamed }),
      );
      expect(counts).toEqual({ same: network.length });
      expect(codes).toEqual(['re-exported']);
    });
  });

  it('another opset, with its defaults written out', () => {
    check((network) => {
      const later = writeNetwork(network, { ...renamed, opset: 22 });
      const explicit = later.operators.map((operator) =>
        operator.type === 'Conv'
          ? {
              ...operator,
              attributes: {
                ...operator.attributes,
                group: { kind: 'int', value: 1 } as const,
                strides: { kind: 'ints', value: [1, 1] } as const,
              },
            }
          : operator,
      );
      const { counts, events } = diffOf(writeNetwork(network), { ...later, operators: explicit });
      expect(counts).toEqual({ same: network.length });
      expect(events).toMatchObject([{ code: 're-exported', text: expect.stringContaining('opset 13 → 22') }]);
    });
  });

  it.each([
    ['a convolution', 'conv', 'deeper'],
    ['an activation', 'relu', 'restructured'],
    ['a new kind of operator', 'sigmoid', 'new-operator-kind'],
  ] as const)('%s inserted, and everything renamed', (_, kind, code) => {
    check((network, at, writing) => {
      fc.pre(kind !== 'sigmoid' || !has(network, 'sigmoid'));
      const head = inserted(network, at, kind);
      // Of two equal activations in a row nobody can tell which is the new one.
      fc.pre(kind !== 'relu' || !isBesideRelu(head));
      const { counts, codes, rows } = diffOf(
        writeNetwork(network, writing),
        writeNetwork(head, { ...writing, ...renamed }),
      );
      expect(counts).toEqual({ same: network.length, added: 1 });
      expect(wrongPairs(network, head, rows)).toEqual([]);
      expect(codes).toContain(code);
    });
  });

  it('a layer inserted and all weights learned anew', () => {
    check((network, at, writing) => {
      const head = inserted(network, at, 'conv');
      const shift = () => 0.3;
      const { counts, rows, codes } = diffOf(writeNetwork(network, writing), writeNetwork(head, { ...writing, shift }));
      expect(counts.added).toBe(1);
      expect(counts.removed).toBeUndefined();
      expect(wrongPairs(network, head, rows)).toEqual([]);
      expect(codes).toContain('deeper');
      if (has(network, 'conv')) expect(codes).toContain('retrained');
    });
  });

  it('a layer inserted, all weights learned anew and everything renamed', () => {
    check((network, at, writing) => {
      const head = writeNetwork(inserted(network, at, 'conv'), { ...writing, ...renamed, shift: () => 0.3 });
      const { counts, codes } = diffOf(writeNetwork(network, writing), head);
      expect((counts.added ?? 0) - (counts.removed ?? 0)).toBe(1);
      expect(codes).toContain('deeper');
    });
  });

  it('a layer removed', () => {
    check((network, at, writing) => {
      const head = withoutOne(network, at);
      fc.pre(head !== undefined);
      const { counts, rows } = diffOf(writeNetwork(network, writing), writeNetwork(head, { ...writing, ...renamed }));
      expect(counts).toEqual({ same: head.length, removed: 1 });
      expect(wrongPairs(network, head, rows)).toEqual([]);
    });
  });

  it('a convolution widened', () => {
    check((network, at, writing) => {
      const convs = network.filter(({ kind }) => kind === 'conv');
      const chosen = convs[at % Math.max(1, convs.length)];
      fc.pre(chosen !== undefined);
      const head = network.map((layer) => (layer.id === chosen.id ? { ...layer, width: layer.width + 3 } : layer));
      const { counts, codes, rows } = diffOf(writeNetwork(network, writing), writeNetwork(head, writing));
      expect(counts.added).toBeUndefined();
      expect(counts.removed).toBeUndefined();
      expect(codes).toContain('wider');
      const words = rows
        .find(({ head: node }) => node?.index === network.indexOf(chosen))
        ?.changes.map(({ text }) => text);
      expect(words?.[0]).toBe(`${chosen.width} → ${chosen.width + 3} channels`);
    });
  });

  it('another input size', () => {
    check((network, _, writing) => {
      const { counts, codes } = diffOf(writeNetwork(network, writing), writeNetwork(network, { ...writing, size: 16 }));
      expect(counts).toEqual({ changed: network.length });
      expect(codes[0]).toBe('new-input-size');
    });
  });

  it('an attribute changed', () => {
    check((network, at, writing) => {
      const convs = network.filter(({ kind }) => kind === 'conv');
      const chosen = convs[at % Math.max(1, convs.length)];
      fc.pre(chosen !== undefined);
      const head = network.map((layer) => (layer.id === chosen.id ? { ...layer, dilation: 2 } : layer));
      const { counts, codes, rows } = diffOf(
        writeNetwork(network, writing),
        writeNetwork(head, { ...writing, ...renamed }),
      );
      expect(counts.changed).toBe(1);
      expect(codes).toEqual(['settings-changed']);
      expect(rows.find(({ kind }) => kind === 'changed')?.head?.index).toBe(network.indexOf(chosen));
    });
  });

  it('some weights learned anew', () => {
    check((network, at, writing) => {
      const convs = network.filter(({ kind }) => kind === 'conv');
      const chosen = convs[at % Math.max(1, convs.length)];
      fc.pre(chosen !== undefined);
      const shift = ({ id }: LayerSpec) => (id === chosen.id ? 0.25 : 0);
      const { counts, codes, events } = diffOf(
        writeNetwork(network, writing),
        writeNetwork(network, { ...writing, ...renamed, shift }),
      );
      expect(counts.changed).toBe(1);
      expect(codes).toEqual(['retrained']);
      expect(events[0]?.text).toContain('Retrained only');
    });
  });

  it('quantised anew with other steps', () => {
    check((network) => {
      fc.pre(has(network, 'conv'));
      const written = (step: number) => writeNetwork(network, { dialect: 'tflite', step });
      const { counts, codes } = diffOf(written(0.05), written(0.07));
      expect(counts).toEqual({ changed: network.length });
      expect(codes).toEqual(['re-quantised']);
    });
  });

  it('quantised', () => {
    check((network) => {
      fc.pre(has(network, 'conv'));
      const { codes } = diffOf(
        writeNetwork(network, { dialect: 'tflite' }),
        writeNetwork(network, { dialect: 'tflite', step: 0.05 }),
      );
      expect(codes).toEqual(['quantised']);
    });
  });

  it('independent layers in another order', () => {
    check((network, _, writing) => {
      const head = reordered(network);
      fc.pre(head !== undefined);
      const { counts, codes } = diffOf(writeNetwork(network, writing), writeNetwork(head, { ...writing, ...renamed }));
      expect(counts).toEqual({ same: network.length - 1, moved: 1 });
      expect(codes).toEqual(['reordered']);
    });
  });

  it('another network altogether', () => {
    fc.assert(
      fc.property(anyNetwork(), anyNetwork(), (base, head) => {
        const rows = compareRows(alignGraphs(writeNetwork(base), writeNetwork(head)));
        const indices = (side: 'base' | 'head') =>
          rows.flatMap((row) => (row[side] === undefined ? [] : [row[side].index]));
        expect([...indices('base')].sort((left, right) => left - right)).toEqual(base.map((_, index) => index));
        expect(indices('head')).toEqual(head.map((_, index) => index));
      }),
    );
  });
});

it('convolutions that take over what follows them, as ONNX Runtime saves a model, are no fewer layers and no more', () => {
  const read = (file: string) => inferShapes(readModel(readFileSync(file), file).graph);
  const [base, head] = [read('fixtures/digits/base/digits.onnx'), read('fixtures/ort/digits.ort')];
  for (const { codes, rows } of [diffOf(base, head), diffOf(head, base)]) {
    expect(codes).not.toContain('shallower');
    expect(codes).not.toContain('deeper');
    expect(codes).toContain('restructured');
    expect(rows.filter(({ kind }) => kind === 'added' || kind === 'removed').length).toBeGreaterThan(0);
  }
});
