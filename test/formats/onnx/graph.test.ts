import { describe, expect, it } from 'vitest';
import { decode } from '../../../src/formats/onnx/decode.ts';
import type { GraphProto, TensorProto } from '../../../src/formats/onnx/messages.ts';
import { readOnnx } from '../../../src/formats/onnx/read.ts';
import { writeOnnx } from '../../../src/formats/onnx/write.ts';
import { emptyGraph } from '../../../src/graph/empty-graph.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { expectRoundTrip, expectUserError, info, node, read, relu, tensorNamed } from './support.ts';

const one = (name: string): TensorProto => ({ name, dims: [1], dataType: 1, rawData: new Uint8Array(4) });
const names = (graph: Graph, ids: readonly (number | null)[]) =>
  ids.map((id) => (id === null ? null : graph.tensors[id]?.name));

describe('inputs and constants', () => {
  const add: GraphProto = {
    name: 'g',
    input: [info('v'), info('x'), info('w')],
    output: [info('y')],
    node: [node('Sum', ['x', 'w', 'v', 'u'], 'y')],
    initializer: [one('w'), one('v'), one('u')],
  };

  it.each([3, 4])('an initializer that is listed as an input is a constant (IR version %i)', (irVersion) => {
    const graph = read(add, { irVersion });
    expect(names(graph, graph.inputs)).toEqual(['x']);
    expect(tensorNamed(graph, 'w').data).toEqual(new Uint8Array(4));
    expectRoundTrip(graph);
  });

  it('listing is given back in the place it had, and completed below IR version 4', () => {
    const listed = (irVersion: number) => listedInputs(writeOnnx(read(add, { irVersion })));
    expect(listed(4)).toEqual(['v', 'x', 'w']);
    expect(listed(3)).toEqual(['v', 'x', 'w', 'u']);
  });

  it('a constant that is a graph output, and a graph output that is an input', () => {
    const graph = read(relu({ output: [info('y'), info('w'), info('x')], initializer: [one('w')] }));
    expect(names(graph, graph.outputs)).toEqual(['y', 'w', 'x']);
    expectRoundTrip(graph);
  });

  it('a sparse initializer is dense in the graph and sparse in the file', () => {
    const values: TensorProto = {
      name: 'w',
      dims: [2],
      dataType: 1,
      rawData: Uint8Array.of(0, 0, 128, 63, 0, 0, 0, 64),
    };
    const int64 = (positions: readonly number[]) => new Uint8Array(BigInt64Array.from(positions.map(BigInt)).buffer);
    const linear = { dims: [2], dataType: 7, rawData: int64([1, 5]) };
    const rows = { dims: [2, 2], dataType: 7, rawData: int64([0, 1, 1, 2]) };
    for (const indices of [linear, rows]) {
      const graph = read(relu({ sparseInitializer: [{ values, indices, dims: [2, 3] }] }));
      const tensor = tensorNamed(graph, 'w');
      expect([...new Float32Array(tensor.data?.slice().buffer ?? new ArrayBuffer(0))]).toEqual([0, 1, 0, 0, 0, 2]);
      const bytes = expectRoundTrip(graph);
      expect(tensorNamed(readOnnx(bytes, 'b.onnx'), 'w').extras?.sparse).toBeDefined();
    }
    const outside = { dims: [2], dataType: 7, rawData: int64([1, 6]) };
    expectUserError(
      () => read(relu({ sparseInitializer: [{ values, indices: outside, dims: [2, 3] }] })),
      /do not fit/,
    );
    expectUserError(
      () => read(relu({ sparseInitializer: [{ values, indices: linear, dims: [2 ** 30] }] })),
      /sparse constants/,
    );
  });
});

describe('types', () => {
  it('symbolic, unnamed and unknown extents, and tensors without a shape', () => {
    const dim = [{ dimParam: 'batch' }, {}, { dimValue: 3 }, { dimValue: -1 }, { dimParam: '' }];
    const graph = read(
      relu({
        input: [{ name: 'x', type: { tensorType: { elemType: 1, shape: { dim } } } }],
        output: [{ name: 'y', type: { tensorType: { elemType: 10 } } }],
      }),
    );
    expect(tensorNamed(graph, 'x').shape).toEqual(['batch', '?', 3, '?', '?']);
    expect(tensorNamed(graph, 'y')).toEqual({ name: 'y', dtype: 'float16', shape: undefined });
    expectRoundTrip(graph);
  });

  it('value_info gives computed tensors their type, and stays where it is about none', () => {
    const graph = read(
      relu({
        node: [node('Relu', ['x'], 't'), node('Relu', ['t'], 'y')],
        valueInfo: [info('t', ['n', 4]), info('ghost'), info('t', [5])],
      }),
    );
    expect(tensorNamed(graph, 't').shape).toEqual(['n', 4]);
    expectRoundTrip(graph);
  });

  it('types that are no dense tensors are kept and named', () => {
    const sequence = { sequenceType: { elemType: { tensorType: { elemType: 1 } } } };
    const map = { mapType: { keyType: 7, valueType: { tensorType: { elemType: 1 } } } };
    const optional = { optionalType: { elemType: { tensorType: { elemType: 1 } } } };
    const graph = read(
      relu({
        input: [
          { name: 'x', type: sequence },
          { name: 'm', type: map },
          { name: 'o', type: optional },
        ],
      }),
    );
    expect(tensorNamed(graph, 'x')).toMatchObject({ dtype: 'unknown', shape: undefined });
    expect(graph.notes).toEqual([
      'The tensor "x" is no dense tensor (sequence); its type is kept as it is.',
      'The tensor "m" is no dense tensor (map); its type is kept as it is.',
      'The tensor "o" is no dense tensor (optional); its type is kept as it is.',
    ]);
    expectRoundTrip(graph);
  });

  it('a stated type gives way when a pass changes the tensor', () => {
    const denoted = { tensorType: { elemType: 1, shape: { dim: [{ dimParam: 'n', denotation: 'DATA_BATCH' }] } } };
    const graph = read(relu({ input: [{ name: 'x', type: denoted, docString: 'sound' }] }));
    expectRoundTrip(graph);
    const changed = graph.tensors.map((tensor) => (tensor.name === 'x' ? { ...tensor, shape: [4] } : tensor));
    const again = readOnnx(writeOnnx({ ...graph, tensors: changed }), 'b.onnx');
    expect(tensorNamed(again, 'x').shape).toEqual([4]);
    expect(tensorNamed(again, 'x').extras?.info).toEqual({ docString: 'sound' });
  });
});

describe('operators', () => {
  it('optional inputs and outputs that are left out are null', () => {
    const graph = read(
      relu({ node: [{ opType: 'Clip', input: ['x', '', 'max'], output: ['y', ''] }], initializer: [one('max')] }),
    );
    expect(names(graph, graph.operators[0]?.inputs ?? [])).toEqual(['x', null, 'max']);
    expect(names(graph, graph.operators[0]?.outputs ?? [])).toEqual(['y', null]);
    expectRoundTrip(graph);
  });

  it('a missing name is derived from the first output and not written', () => {
    const graph = read(
      relu({
        node: [
          node('Relu', ['x'], 'a'),
          node('Relu', ['a'], 'b', { name: 'a' }),
          node('Relu', ['b'], 'y', { name: 'last' }),
        ],
      }),
    );
    expect(graph.operators.map(({ name }) => name)).toEqual(['Relu_0', 'a', 'last']);
    expectRoundTrip(graph);
    expect(read(relu()).operators[0]?.name).toBe('y');
  });

  it('versions come from the domain’s opset import', () => {
    const graph = read(
      relu({ node: [node('Relu', ['x'], 't', { domain: 'ai.onnx' }), node('Own', ['t'], 'y', { domain: 'com.own' })] }),
      { opsetImport: [{ domain: 'com.own', version: 3 }, { version: 7 }] },
    );
    expect(graph.operators.map(({ domain, version }) => [domain, version])).toEqual([
      ['', 7],
      ['com.own', 3],
    ]);
    expectRoundTrip(graph);
    const missing = read(relu({ node: [node('Own', ['x'], 'y', { domain: 'com.other' })] }));
    expect(missing.operators[0]?.version).toBe(1);
    expect(missing.notes).toHaveLength(1);
  });

  it.each([7, 23])('opset %i', (version) => {
    expect(read(relu(), { opsetImport: [{ version }] }).operators[0]?.version).toBe(version);
  });

  it('are sorted so that they can run, otherwise in the file’s order', () => {
    const graph = read(
      relu({
        node: [node('C', ['a', 'b'], 'y'), node('B', ['a'], 'b'), node('A', ['x'], 'a'), node('D', ['x'], 'd')],
      }),
    );
    expect(graph.operators.map(({ type }) => type)).toEqual(['A', 'B', 'C', 'D']);
    expectRoundTrip(graph);
  });

  it('a long chain in the wrong order is sorted without recursion', () => {
    const count = 50_000;
    const chain = Array.from({ length: count }, (_, index) =>
      node('Relu', [index === 0 ? 'x' : `t${index - 1}`], index === count - 1 ? 'y' : `t${index}`),
    ).reverse();
    expect(read(relu({ node: chain })).operators.at(-1)?.name).toBe('y');
  });

  it.each<readonly [string, GraphProto, RegExp]>([
    [
      'a cycle',
      { node: [node('A', ['b'], 'a'), node('B', ['a'], 'b'), node('C', ['a'], 'y')] },
      /waits for its own output/,
    ],
    ['a node that needs itself', { node: [node('A', ['y'], 'y')] }, /waits for its own output/],
    [
      'an output that is computed twice',
      { node: [node('A', ['x'], 'y'), node('B', ['x'], 'y')] },
      /"y" is defined twice/,
    ],
    [
      'an output that is an input',
      { node: [node('A', ['x'], 'x'), node('B', ['x'], 'y')] },
      /"x" is defined twice|waits/,
    ],
    ['an output that is a constant', { initializer: [one('y')] }, /"y" is defined twice/],
    ['two constants of one name', { initializer: [one('w'), one('w')] }, /two initializers/],
    ['two inputs of one name', { input: [info('x'), info('x')] }, /two graph inputs/],
    ['an input that nothing computes', { node: [node('Add', ['x', 'q'], 'y')] }, /nothing computes the tensor "q"/],
    ['an output that nothing computes', { output: [info('q')] }, /nothing computes the tensor "q"/],
    ['a node without a type', { node: [{ input: ['x'], output: ['y'] }] }, /no operator type/],
    [
      'an attribute twice',
      {
        node: [
          node('A', ['x'], 'y', {
            attribute: [
              { name: 'k', type: 2, i: 1 },
              { name: 'k', type: 2, i: 2 },
            ],
          }),
        ],
      },
      /"k" twice/,
    ],
  ])('refuses %s', (_what, more, pattern) => {
    expectUserError(() => read(relu(more)), pattern);
  });
});

describe('nested graphs', () => {
  const inner: GraphProto = {
    name: 'inner',
    output: [info('r')],
    node: [node('Add', ['t', 'w'], 's'), node('Add', ['s', 'x'], 'r')],
  };
  const middle: GraphProto = {
    name: 'middle',
    output: [info('q')],
    initializer: [one('m')],
    node: [
      node('If', ['c'], 'p', { attribute: [{ name: 'then_branch', type: 5, g: inner }] }),
      node('Add', ['p', 'm'], 'q'),
    ],
  };
  const outer: GraphProto = {
    name: 'outer',
    input: [info('c', [], 9), info('x', ['n'])],
    output: [info('y')],
    initializer: [one('w')],
    node: [
      node('If', ['c'], 'y', {
        attribute: [
          { name: 'then_branch', type: 5, g: middle },
          { name: 'else_branch', type: 5, g: middle },
        ],
      }),
      node('Relu', ['x'], 't'),
    ],
    valueInfo: [info('t', ['n'])],
  };

  it('name what they take from the graphs around them, level by level', () => {
    const graph = read(outer);
    // The node that the branches depend on comes first, although only a nested graph says so.
    expect(graph.operators.map(({ type }) => type)).toEqual(['Relu', 'If']);
    const branch = graph.operators[1]?.attributes.then_branch;
    if (branch?.kind !== 'graph') throw new Error('no branch');
    const captured = (nested: Graph) =>
      nested.captures.map(({ tensor, name }) => [name, nested.tensors[tensor]?.name, nested.tensors[tensor]?.shape]);
    const expected = [
      ['t', 't', ['n']],
      ['w', 'w', [1]],
      ['x', 'x', ['n']],
    ];
    expect(captured(branch.value)).toEqual([['c', 'c', []], ...expected]);
    const deeper = branch.value.operators[0]?.attributes.then_branch;
    expect(deeper?.kind === 'graph' && captured(deeper.value)).toEqual(expected);
    expect(branch.value.tensors.find(({ name }) => name === 'w')?.data).toBeUndefined();
    expectRoundTrip(graph);
  });

  it('keep an own tensor apart from one of the same name outside', () => {
    const shadow: GraphProto = {
      name: 'n',
      output: [info('r')],
      node: [node('Abs', ['x'], 't'), node('Abs', ['t'], 'r')],
    };
    const graph = read({
      ...outer,
      node: [
        node('Relu', ['x'], 't'),
        node('If', ['c'], 'y', { attribute: [{ name: 'then_branch', type: 5, g: shadow }] }),
      ],
    });
    const branch = graph.operators[1]?.attributes.then_branch;
    expect(branch?.kind === 'graph' && branch.value.captures.map(({ name }) => name)).toEqual(['x']);
  });

  it('are refused when they take what nobody computes', () => {
    expectUserError(() => read({ ...outer, initializer: [] }), /nothing computes the tensor "w"/);
  });
});

describe('graphs made by passes', () => {
  it('are written without any extras', () => {
    const scratch: Graph = {
      ...emptyGraph('onnx', 'made'),
      tensors: [
        { name: 'x', dtype: 'float32', shape: ['n', 2] },
        { name: 'w', dtype: 'int4', shape: [3], data: Uint8Array.of(0x21, 0x03) },
        { name: 't', dtype: 'float32', shape: ['n', 2] },
        { name: 'y', dtype: 'float32', shape: undefined },
      ],
      operators: [
        { name: 'first', type: 'Relu', domain: '', version: 21, inputs: [0], outputs: [2], attributes: {} },
        {
          name: '',
          type: 'Own',
          domain: 'com.own',
          version: 2,
          inputs: [2, 1],
          outputs: [3],
          attributes: { flag: { kind: 'bool', value: true }, blob: { kind: 'bytes', value: Uint8Array.of(255) } },
        },
      ],
      inputs: [0],
      outputs: [3],
    };
    const again = readOnnx(writeOnnx(scratch), 'made.onnx');
    expect(again.tensors.map(({ name, dtype, shape }) => [name, dtype, shape]).sort()).toEqual([
      ['t', 'float32', ['n', 2]],
      ['w', 'int4', [3]],
      ['x', 'float32', ['n', 2]],
      ['y', 'float32', undefined],
    ]);
    expect(again.operators.map(({ name, version }) => [name, version])).toEqual([
      ['first', 21],
      ['y', 2],
    ]);
    expect(again.operators[1]?.attributes.flag).toEqual({ kind: 'int', value: 1 });
    expect(again.extras.irVersion).toBe(10);
    expectRoundTrip(again);
  });

  it('with two tensors of one name are a bug, not a file', () => {
    const graph = read(relu());
    const twice = { ...graph, tensors: graph.tensors.map((tensor) => ({ ...tensor, name: 'x' })) };
    expect(() => writeOnnx(twice)).toThrow(TypeError);
  });
});

/** Names of the graph inputs that the file lists. */
function listedInputs(bytes: Uint8Array): readonly string[] {
  return (decode('ModelProto', bytes, 'listed.onnx').graph?.input ?? []).map(({ name }) => name ?? '');
}
