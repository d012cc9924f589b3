import { describe, expect, it } from 'vitest';
import { decode } from '../../../src/formats/onnx/decode.ts';
import type { GraphProto, ModelProto } from '../../../src/formats/onnx/messages.ts';
import { expectRoundTrip, info, node, read, relu, tensorNamed } from './support.ts';

/** Field 99 with the varint 5, which no message has. */
const unknown = Uint8Array.of(0x98, 0x06, 0x05);
const metadataProps = [{ key: 'k', value: 'v' }];

const graph: GraphProto = {
  name: 'g',
  docString: 'a graph',
  metadataProps,
  unknown,
  input: [{ ...info('x'), docString: 'an input', metadataProps, unknown }],
  output: [info('y')],
  initializer: [
    { name: 'w', dims: [1], dataType: 3, rawData: Uint8Array.of(1), docString: 'a weight', metadataProps, unknown },
  ],
  node: [
    node('Own', ['x', 'w'], 'y', {
      name: 'n',
      domain: 'com.own',
      overload: 'fast',
      docString: 'a node',
      metadataProps,
      deviceConfigurations: [
        { configurationId: 'c', pipelineStage: 1, shardingSpec: [{ tensorName: 'x', device: [0, 1] }] },
      ],
      unknown,
      attribute: [{ name: 'k', type: 2, i: 1, unknown }],
    }),
  ],
  quantizationAnnotation: [
    { tensorName: 'x', quantParameterTensorNames: [{ key: 'SCALE_TENSOR', value: 'w' }], unknown },
    { tensorName: 'ghost' },
  ],
};

const model: ModelProto = {
  irVersion: 11,
  producerName: 'somebody',
  producerVersion: '1.2',
  domain: 'org.example',
  modelVersion: 2n ** 62n + 1n,
  docString: 'a model',
  opsetImport: [{ version: 23 }, { domain: 'com.own', version: 1, unknown }],
  metadataProps,
  functions: [
    {
      name: 'Own',
      domain: 'com.own',
      input: ['a', 'b'],
      output: ['c'],
      attribute: ['k'],
      attributeProto: [{ name: 'alpha', type: 1, f: 0.5 }],
      node: [node('Add', ['a', 'b'], 'c', { attribute: [{ name: 'r', type: 2, refAttrName: 'k' }] })],
      opsetImport: [{ version: 23 }],
      valueInfo: [info('c')],
      overload: 'fast',
      metadataProps,
    },
  ],
  trainingInfo: [{ algorithm: relu(), updateBinding: [{ key: 'w', value: 'y' }] }],
  configuration: [{ name: 'c', numDevices: 2, device: ['a', 'b'] }],
  unknown,
};

describe('what a Graph has no place for', () => {
  it('is kept and given back', () => {
    const before = read(graph, model);
    const written = decode('ModelProto', expectRoundTrip(before), 'b.onnx');
    expect(written).toEqual({ ...model, graph: { ...graph, node: graph.node } });
    expect(tensorNamed(before, 'x').extras?.annotation).toBeDefined();
  });

  it('is named where it is not understood', () => {
    expect(read(graph, model).notes).toEqual([
      'The model defines 1 functions; they are kept as they are.',
      'The model has training information; it is kept as it is.',
      ...[
        'AttributeProto',
        'GraphProto',
        'ModelProto',
        'NodeProto',
        'OperatorSetIdProto',
        'TensorAnnotation',
        'TensorProto',
        'ValueInfoProto',
      ].map((name) => `The field ${name} 99 is not known or not UTF-8; it is kept as it is (1).`),
    ]);
  });

  it('includes prose that is not UTF-8', () => {
    // Field 10 (doc_string) of a GraphProto with one byte that cannot start a character.
    const latin1 = Uint8Array.of(0x52, 0x01, 0xe9);
    const before = read(relu({ unknown: latin1 }));
    expect(before.notes).toEqual([
      'The field GraphProto docString is not known or not UTF-8; it is kept as it is (1).',
    ]);
    expectRoundTrip(before);
  });

  it('does not make the notes endless', () => {
    const nodes = Array.from({ length: 200 }, (_, index) =>
      node('Own', ['x'], index === 0 ? 'y' : `t${index}`, { attribute: [{ name: 'k', type: 99 }] }),
    );
    const { notes } = read(relu({ node: nodes }));
    expect(notes).toHaveLength(101);
    expect(notes.at(-1)).toBe('And 100 more.');
  });
});
