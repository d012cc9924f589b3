import { Builder } from 'flatbuffers';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { readTflite } from '../../../src/formats/tflite/read.ts';
import { writeTflite } from '../../../src/formats/tflite/write.ts';
import { rawBuffer, rawCode, rawModel, rawOperator, rawSubgraph, rawTensor } from './raw-model.ts';

const read = (bytes: Uint8Array) => readTflite(bytes, 'models/a.tflite');

describe('operator codes', () => {
  it.each([
    ['a file older than the wide field', { deprecated_builtin_code: 4 }, 'DEPTHWISE_CONV_2D', ''],
    ['both fields', { deprecated_builtin_code: 9, builtin_code: 9 }, 'FULLY_CONNECTED', ''],
    ['an extended code', { deprecated_builtin_code: 127, builtin_code: 150 }, 'GELU', ''],
    ['a narrow field without meaning', { deprecated_builtin_code: 0, builtin_code: 203 }, 'DILATE', ''],
    ['a custom code', { deprecated_builtin_code: 32, builtin_code: 32, custom_code: 'ethos-u' }, 'ethos-u', 'custom'],
    ['a code of a newer schema', { deprecated_builtin_code: 127, builtin_code: 400 }, 'UNKNOWN_400', ''],
  ])('%s', (_, code, type, domain) => {
    const graph = read(
      rawModel({ operator_codes: [rawCode(code)], subgraphs: [rawSubgraph({ operators: [rawOperator({})] })] }),
    );
    expect(graph.operators[0]).toMatchObject({ type, domain });
    expect(graph.notes.length).toBe(type.startsWith('UNKNOWN') ? 1 : 0);
  });
});

describe('what is behind the flatbuffer (models over 2 GiB)', () => {
  const behind = Uint8Array.of(1, 2, 3, 4);
  const withBehind = (make: (offset: number) => Uint8Array) => {
    // 64-bit fields: the file's length does not depend on the offset's value, once it is not the default.
    const model = make(make(2).length);
    const whole = new Uint8Array(model.length + behind.length);
    whole.set(model);
    whole.set(behind, model.length);
    return whole;
  };
  it('is found as a constant', () => {
    const bytes = withBehind((offset) =>
      rawModel({
        buffers: [rawBuffer({}), rawBuffer({ offset, size: 4 })],
        subgraphs: [rawSubgraph({ tensors: [rawTensor({ shape: [4], buffer: 1 })] })],
      }),
    );
    expect(read(bytes).tensors[0]?.data).toEqual(behind);
    expect(read(writeTflite(read(bytes)))).toEqual(read(bytes));
  });
  it('is found as custom options', () => {
    const bytes = withBehind((offset) =>
      rawModel({
        operator_codes: [rawCode({ builtin_code: 32, custom_code: 'c' })],
        subgraphs: [
          rawSubgraph({
            operators: [rawOperator({ large_custom_options_offset: offset, large_custom_options_size: 4 })],
          }),
        ],
      }),
    );
    expect(read(bytes).operators[0]?.attributes).toEqual({ custom_options: { kind: 'bytes', value: behind } });
  });
});

describe('what this schema does not have', () => {
  it('is named, and not written back', () => {
    const builder = new Builder();
    builder.startObject(1);
    const subgraph = builder.endObject();
    builder.startVector(4, 1, 4);
    builder.addOffset(subgraph);
    const subgraphs = builder.endVector();
    builder.startObject(40);
    builder.addFieldInt32(0, 3, 0);
    builder.addFieldOffset(2, subgraphs, 0);
    builder.addFieldInt32(39, 7, 0);
    builder.finish(builder.endObject(), 'TFL3');
    const graph = read(builder.asUint8Array());
    expect(graph.notes).toEqual(['The model: Model has a field 39 of a newer schema.']);
    expect(() => writeTflite(graph)).toThrow(UserError);
  });
  it('two sets of options are named', () => {
    const operator = rawOperator({
      builtin_options: { type: 'AddOptions', value: {} },
      builtin_options_2: { type: 'DilateOptions', value: {} },
    });
    const graph = read(
      rawModel({ operator_codes: [rawCode({})], subgraphs: [rawSubgraph({ operators: [operator] })] }),
    );
    expect(graph.notes).toEqual(['subgraphs[0].operators[0] has two sets of options, of which one is read.']);
    expect(() => writeTflite(graph)).toThrow(UserError);
  });
});

describe('buffers', () => {
  it('an axis of the weights on a bias is read as the only axis, and written back', () => {
    const quantization = { scale: [1, 2], zero_point: [0, 0], quantized_dimension: 3 };
    const graph = read(rawModel({ subgraphs: [rawSubgraph({ tensors: [rawTensor({ shape: [2], quantization })] })] }));
    expect(graph.tensors[0]?.quantization).toMatchObject({ axis: 0, scale: [1, 2] });
    expect(graph.notes).toHaveLength(1);
    expect(read(writeTflite(graph))).toEqual(graph);
  });
  it('an empty buffer is no constant, unless the tensor has no elements', () => {
    const tensors = [rawTensor({ shape: [3], buffer: 1 }), rawTensor({ shape: [0], buffer: 1 })];
    const buffers = [rawBuffer({}), rawBuffer({ data: new Uint8Array(0) })];
    const graph = read(rawModel({ buffers, subgraphs: [rawSubgraph({ tensors })] }));
    expect(graph.tensors.map(({ data }) => data?.length)).toEqual([undefined, 0]);
  });
  it('buffer 0 is no data, whatever it has', () => {
    const graph = read(
      rawModel({
        buffers: [rawBuffer({ data: Uint8Array.of(5) })],
        subgraphs: [rawSubgraph({ tensors: [rawTensor({ shape: [1] })] })],
      }),
    );
    expect(graph.tensors[0]?.data).toBeUndefined();
    expect(graph.extras).toEqual({ unusedBuffers: [Uint8Array.of(5)] });
    expect(graph.notes).toHaveLength(1);
  });
});

describe('refuses in one sentence that names the file and the place', () => {
  const one = (parts: Parameters<typeof rawSubgraph>[0], model: Parameters<typeof rawModel>[0] = {}) =>
    rawModel({ operator_codes: [rawCode({})], ...model, subgraphs: [rawSubgraph(parts)] });
  const twoTensors = [rawTensor({}), rawTensor({})];
  it.each([
    ['an empty file', new Uint8Array(0), /not a TensorFlow Lite model/],
    ['another format', new TextEncoder().encode('GIF89a------'), /not a TensorFlow Lite model/],
    ['an old version', Uint8Array.of(8, 0, 0, 0, 84, 70, 76, 50), /outdated format "TFL2"/],
    ['no subgraph', rawModel({ subgraphs: [] }), /has no subgraph/],
    [
      'an operator code that is missing',
      one({ operators: [rawOperator({ opcode_index: 1 })] }),
      /operators\[0\] refers to operator code 1 of 1/,
    ],
    [
      'an input that is missing',
      one({ tensors: twoTensors, operators: [rawOperator({ inputs: [2] })] }),
      /operators\[0\]\.inputs refers to tensor 2 of 2/,
    ],
    [
      'an input below -1',
      one({ tensors: twoTensors, operators: [rawOperator({ inputs: [-2] })] }),
      /refers to tensor -2 of 2/,
    ],
    ['a graph output that is missing', one({ tensors: twoTensors, outputs: [-1] }), /outputs refers to tensor -1 of 2/],
    [
      'a buffer that is missing',
      one({ tensors: [rawTensor({ buffer: 4_000_000_000 })] }),
      /tensors\[0\] refers to buffer 4000000000 of 1/,
    ],
    ['a negative extent', one({ tensors: [rawTensor({ shape: [1, -7] })] }), /has the extent -7/],
    [
      'too many elements',
      one({ tensors: [rawTensor({ shape: [65_536, 65_536, 2] })] }),
      /more than 4294967296 elements/,
    ],
    [
      'too many extents',
      one({ tensors: [rawTensor({ shape: new Array(65).fill(1) })] }),
      /tensors\[0\]\.shape has 65 elements/,
    ],
    ['a long name', one({ tensors: [rawTensor({ name: 'x'.repeat(65_537) })] }), /name has 65537 characters/],
    [
      'too many subgraphs',
      rawModel({ subgraphs: new Array(1025).fill(rawSubgraph({})) }),
      /subgraphs has 1025 elements/,
    ],
    [
      'less data than the shape needs',
      one(
        { tensors: [rawTensor({ shape: [9], buffer: 1 })] },
        { buffers: [rawBuffer({}), rawBuffer({ data: new Uint8Array(8) })] },
      ),
      /needs 9 bytes of data and has 8/,
    ],
    [
      'a constant outside the file',
      one({}, { buffers: [rawBuffer({ offset: 64, size: 1_000_000 })] }),
      /buffers\[0\] points outside the file/,
    ],
    [
      'a code below zero',
      rawModel({ operator_codes: [rawCode({ deprecated_builtin_code: -1, builtin_code: -5 })] }),
      /no operator -1/,
    ],
    [
      'a signature of no subgraph',
      rawModel({ signature_defs: [{ subgraph_index: 1 }] }),
      /signature_defs\[0\] refers to subgraph 1 of 1/,
    ],
    [
      'operators in an order in which they cannot run',
      one({
        tensors: [rawTensor({}), rawTensor({}), rawTensor({})],
        operators: [rawOperator({ inputs: [1], outputs: [2] }), rawOperator({ inputs: [0], outputs: [1] })],
      }),
      /operator 0 read tensor 1 before operator 1 makes it/,
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => read(bytes)).toThrow(UserError);
    expect(() => read(bytes)).toThrow(message);
    expect(() => read(bytes)).toThrow(/^models\/a\.tflite /);
  });
});
