import { describe, expect, it } from 'vitest';
import { encode } from '../../../src/formats/onnx/encode.ts';
import type { AttributeProto } from '../../../src/formats/onnx/messages.ts';
import type { Attribute } from '../../../src/graph/graph.ts';
import { expectRoundTrip, node, read, relu } from './support.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const latin1 = Uint8Array.of(0xe9, 0x74, 0xe9);

function withAttribute(proto: AttributeProto) {
  const graph = read(relu({ node: [node('Own', ['x'], 'y', { attribute: [{ name: 'k', ...proto }] })] }));
  return { graph, attribute: graph.operators[0]?.attributes.k };
}

const rows: readonly (readonly [string, AttributeProto, Attribute])[] = [
  ['int', { type: 2, i: -3 }, { kind: 'int', value: -3 }],
  ['int that is left out', { type: 2 }, { kind: 'int', value: 0 }],
  ['int 2^53 - 1', { type: 2, i: 2 ** 53 - 1 }, { kind: 'int', value: 2 ** 53 - 1 }],
  ['largest int', { type: 2, i: 2n ** 63n - 1n }, { kind: 'int', value: 2 ** 63 }],
  ['smallest int', { type: 2, i: -(2n ** 63n) }, { kind: 'int', value: -(2 ** 63) }],
  ['float', { type: 1, f: 0.5 }, { kind: 'float', value: 0.5 }],
  ['negative zero', { type: 1, f: -0 }, { kind: 'float', value: -0 }],
  ['not a number', { type: 1, f: Number.NaN }, { kind: 'float', value: Number.NaN }],
  ['string', { type: 3, s: utf8('SAME_UPPER ü') }, { kind: 'string', value: 'SAME_UPPER ü' }],
  ['byte order mark', { type: 3, s: utf8('\ufeffa') }, { kind: 'string', value: '\ufeffa' }],
  ['ints', { type: 7, ints: [1, -1, 2n ** 63n - 1n] }, { kind: 'ints', value: [1, -1, 2 ** 63] }],
  ['no ints', { type: 7 }, { kind: 'ints', value: [] }],
  ['floats', { type: 6, floats: [0.25, Number.NEGATIVE_INFINITY] }, { kind: 'floats', value: [0.25, -Infinity] }],
  ['strings', { type: 8, strings: [utf8('a'), utf8('')] }, { kind: 'strings', value: ['a', ''] }],
  ['a type that is left out (IR version 1)', { ints: [2, 2] }, { kind: 'ints', value: [2, 2] }],
  [
    'tensor',
    { type: 4, t: { dims: [2], dataType: 3, rawData: Uint8Array.of(1, 255) } },
    { kind: 'tensor', value: { name: '', dtype: 'int8', shape: [2], data: Uint8Array.of(1, 255) } },
  ],
  [
    'tensors',
    { type: 9, tensors: [{ name: 't', dataType: 9, int32Data: Uint8Array.of(1) }] },
    { kind: 'tensors', value: [{ name: 't', dtype: 'bool', shape: [], data: Uint8Array.of(1) }] },
  ],
];

describe('attributes', () => {
  it.each(rows)('%s', (_what, proto, attribute) => {
    const result = withAttribute(proto);
    expect(result.attribute).toEqual(attribute);
    expect(result.graph.notes).toEqual([]);
    expectRoundTrip(result.graph);
  });

  it('graphs', () => {
    const branch = { name: 'b', output: [{ name: 'r' }], node: [node('Abs', ['x'], 'r')] };
    const { graph, attribute } = withAttribute({ type: 10, graphs: [branch, branch] });
    expect(attribute?.kind === 'graphs' && attribute.value.map(({ name }) => name)).toEqual(['b', 'b']);
    expectRoundTrip(graph);
  });

  it.each<readonly [string, AttributeProto, string]>([
    ['an integer that a number cannot hold', { type: 2, i: 2n ** 53n + 1n }, 'an integer beyond 2^53'],
    ['one of several integers', { type: 7, ints: [1, -(2n ** 60n) - 1n] }, 'an integer beyond 2^53'],
    ['a string that is not UTF-8', { type: 3, s: latin1 }, 'a string that is not UTF-8'],
    ['one of several strings', { type: 8, strings: [utf8('a'), latin1] }, 'a string that is not UTF-8'],
    ['a sparse tensor', { type: 11, sparseTensor: { dims: [3] } }, 'a sparse tensor'],
    ['a type', { type: 13, tp: { tensorType: { elemType: 1 } } }, 'a type'],
    ['a reference', { type: 2, refAttrName: 'alpha' }, 'a reference to a function attribute'],
    ['an unknown type', { type: 99 }, 'an attribute of the unknown type 99'],
  ])('keeps %s as it is encoded, and says so', (_what, proto, note) => {
    const { graph, attribute } = withAttribute(proto);
    expect(attribute).toEqual({ kind: 'opaque', note, value: encode('AttributeProto', { name: 'k', ...proto }) });
    expect(graph.notes).toEqual([`The attribute "k" of node "y" is ${note}; it is kept as it is.`]);
    expectRoundTrip(graph);
  });

  it('are called as the file calls them, even like properties of objects', () => {
    const attribute = ['__proto__', 'constructor', 'toString'].map((name) => ({ name, type: 2, i: 1 }));
    const graph = read(relu({ node: [node('Own', ['x'], 'y', { attribute })] }));
    expect(Object.keys(graph.operators[0]?.attributes ?? {})).toEqual(['__proto__', 'constructor', 'toString']);
    expectRoundTrip(graph);
  });

  it('keep their documentation, until a pass changes them', () => {
    const { graph, attribute } = withAttribute({ type: 2, i: 1, docString: 'why', f: 3 });
    expect(attribute).toEqual({ kind: 'int', value: 1 });
    expectRoundTrip(graph);
  });
});
