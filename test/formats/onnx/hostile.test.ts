import fc from 'fast-check';
import { PbfReader } from 'pbf';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { decode } from '../../../src/formats/onnx/decode.ts';
import { encode } from '../../../src/formats/onnx/encode.ts';
import { limits } from '../../../src/formats/onnx/limits.ts';
import type { GraphProto } from '../../../src/formats/onnx/messages.ts';
import { readOnnx } from '../../../src/formats/onnx/read.ts';
import { takeOutsideBytes } from '../../../src/formats/onnx/read-context.ts';
import { readInt64, WireError } from '../../../src/formats/onnx/wire.ts';
import { writeOnnx } from '../../../src/formats/onnx/write.ts';
import { describeWithReference, referenceBytes, referenceModels } from '../../support/reference.ts';
import { expectRoundTrip, expectUserError, info, modelBytes, node, relu } from './support.ts';

const readBytes = (bytes: Uint8Array) => readOnnx(bytes, 'a.onnx');
const fieldOf = (number: number, wire: number) => (number << 3) | wire;

/** Every message, nested and otherwise: what the fuzzers start from. */
const rich: GraphProto = {
  name: 'rich',
  input: [info('x', ['n', 4]), info('c', [], 9)],
  output: [info('y')],
  initializer: [
    { name: 'w', dims: [4], dataType: 7, int64Data: Uint8Array.of(1, 2, 0x80, 0x01, 3) },
    { name: 'e', dims: [2], dataType: 1, dataLocation: 1, externalData: [{ key: 'location', value: 'w.bin' }] },
  ],
  sparseInitializer: [
    {
      values: { name: 's', dims: [1], dataType: 1, rawData: new Uint8Array(4) },
      indices: { dims: [1], dataType: 7, rawData: new Uint8Array(8) },
      dims: [3],
    },
  ],
  node: [
    node('Add', ['x', 'w'], 't', { attribute: [{ name: 'axes', type: 7, ints: [1, -1] }] }),
    node('If', ['c'], 'y', {
      attribute: [
        { name: 'then_branch', type: 5, g: { output: [info('r')], node: [node('Sum', ['t', 'e', 's'], 'r')] } },
      ],
    }),
  ],
  valueInfo: [info('t', [4])],
};

/** Reads, and where that succeeds writes: anything but success or a UserError is a bug. */
function survives(bytes: Uint8Array): boolean {
  try {
    const graph = readOnnx(bytes, 'fuzz.onnx', { externalData: () => new Uint8Array(8) });
    writeOnnx(graph);
    return true;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.message).toMatch(/^fuzz\.onnx/);
    return false;
  }
}

describe('damaged bytes', () => {
  const bytes = modelBytes(rich);

  it('are whole before they are damaged', () => {
    expect(survives(bytes)).toBe(true);
  });

  it('cut off anywhere: a UserError, or a model where a whole field ends', () => {
    for (let length = 0; length < bytes.length; length++) survives(bytes.subarray(0, length));
  });

  it('flipped anywhere: a UserError or a model', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (flips) => {
          const damaged = bytes.slice();
          for (const [at, value] of flips) damaged[at] = value;
          survives(damaged);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('random: a UserError or a model', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (random) => void survives(random)),
      { numRuns: 1000 },
    );
  });
});

describeWithReference('damaged real models', () => {
  const small = referenceModels().filter(({ format, bytes }) => format === 'onnx' && bytes < 6000);

  it.each(small.map((model) => [model.file, model] as const))('%s', (_file, model) => {
    const bytes = new Uint8Array(referenceBytes(model));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.boolean(), (at, value, cut) => {
        const damaged = cut ? bytes.slice(0, at) : bytes.slice();
        if (!cut) damaged[at] = value;
        survives(damaged);
      }),
      { numRuns: 150 },
    );
  });
});

describe('hostile messages', () => {
  it.each<readonly [string, readonly number[], RegExp]>([
    ['a length beyond the file', [fieldOf(7, 2), 0xff, 0xff, 0xff, 0x7f], /longer than what is left/],
    ['a length of 2^63', [fieldOf(7, 2), ...Array(9).fill(0xff), 0x01], /longer than what is left/],
    ['a varint of eleven bytes', [fieldOf(1, 0), ...Array(10).fill(0x80), 0x01], /more than 64 bits/],
    ['a varint of 65 bits', [fieldOf(1, 0), ...Array(9).fill(0x80), 0x02], /more than 64 bits/],
    ['a varint that does not end', [fieldOf(1, 0), 0x80], /runs past the end/],
    ['a group', [fieldOf(9, 3), fieldOf(9, 4)], /wire type 3/],
    ['a reserved wire type', [fieldOf(9, 7)], /wire type 7/],
    ['field number 0', [0, 0], /no valid number/],
    ['a graph that is a number', [fieldOf(7, 0), 1], /graph has the wrong type/],
    ['a fixed value past the end', [fieldOf(9, 1), 1, 2], /past the end/],
    ['nothing of a model', [fieldOf(1, 0), 8], /without a graph/],
  ])('%s', (_what, bytes, pattern) => {
    expectUserError(() => readBytes(Uint8Array.from(bytes)), pattern);
  });

  it('messages nested too deeply', () => {
    let graph: GraphProto = relu();
    for (let depth = 0; depth < 60; depth++) {
      graph = relu({ node: [node('If', ['x'], 'y', { attribute: [{ name: 'b', type: 5, g: graph }] })] });
    }
    expectUserError(() => readBytes(modelBytes(graph)), /nested more than 100 deep/);
  });

  it('names too long', () => {
    expectUserError(
      () => readBytes(modelBytes(relu({ input: [info('x'.repeat(70_000))] }))),
      /longer than 65536 bytes/,
    );
  });

  it('names that are not UTF-8', () => {
    const bytes = modelBytes(relu());
    bytes[bytes.indexOf('R'.charCodeAt(0))] = 0xff;
    expectUserError(() => readBytes(bytes), /not UTF-8/);
  });

  it('too many operators', () => {
    const nodes = Array.from({ length: 2 ** 17 }, () => node('Own', ['x'], ''));
    expectUserError(
      () => readBytes(modelBytes(relu({ node: [node('Relu', ['x'], 'y'), ...nodes] }))),
      /131072 operators/,
    );
  });

  it('a stated shape that nothing can have', () => {
    expectUserError(() => readBytes(modelBytes(relu({ input: [info('x', [2 ** 40])] }))), /"x".*impossible shape/);
    expectUserError(
      () => readBytes(modelBytes(relu({ valueInfo: [info('y')], output: [info('y', Array(65).fill(1))] }))),
      /"y".*impossible shape/,
    );
  });

  it('more bytes outside the file, in all, than are read', () => {
    const left = { operators: 0, tensors: 0, outsideBytes: 10 };
    const context = { label: 'a.onnx', externalData: undefined, notes: [], left };
    takeOutsideBytes(context, 6);
    expectUserError(() => takeOutsideBytes(context, 6), /external or sparse constants/);
  });

  it('lists made to be searched again and again', () => {
    const many = 30_000;
    const nodes = Array.from({ length: many }, (_, index) => node('Own', ['x'], `y${index}`, { domain: `d${index}` }));
    const output = Array.from({ length: many }, () => info('x'));
    const opsetImport = Array.from({ length: many }, (_, index) => ({ domain: `o${index}`, version: 1 }));
    const graph = readBytes(modelBytes({ name: 'g', input: [info('x')], node: nodes, output }, { opsetImport }));
    expect(graph.operators.length).toBe(many);
    expectRoundTrip(readBytes(writeOnnx(graph)));
  });

  it('too many parts', () => {
    // Two bytes each: empty entries of ModelProto.metadata_props.
    const entries = new Uint8Array(2 * (limits.items + 1)).map((_, index) => (index % 2 === 0 ? fieldOf(14, 2) : 0));
    expectUserError(() => readBytes(entries), /more than 4000000 parts/);
  });

  it('a graph in two pieces is one graph, as protobuf has it', () => {
    const whole = relu();
    const { node: nodes, ...rest } = whole;
    const pieces = [modelBytes(rest), encode('ModelProto', { graph: { ...(nodes && { node: nodes }) } })];
    const graph = readBytes(Uint8Array.from(pieces.flatMap((piece) => [...piece])));
    expect(graph).toEqual(readBytes(modelBytes(whole)));
    expectRoundTrip(graph);
  });

  it('numbers in lists, packed or not', () => {
    const packed = decode(
      'AttributeProto',
      Uint8Array.of(fieldOf(8, 2), 2, 5, 6, fieldOf(8, 0), 7, fieldOf(8, 2), 0),
      'a',
    );
    expect(packed.ints).toEqual([5, 6, 7]);
    expectUserError(() => decode('AttributeProto', Uint8Array.of(fieldOf(8, 2), 1, 0x80, 1), 'a.onnx'), /past the end/);
    expectUserError(() => decode('AttributeProto', Uint8Array.of(fieldOf(7, 2), 3, 0, 0, 0), 'a.onnx'), /past the end/);
  });
});

describe('integers', () => {
  it('of 64 bits are read exactly', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), (value) => {
        const bytes = encode('AttributeProto', { i: value }).subarray(1);
        const result = readInt64(new PbfReader(bytes), bytes.length);
        expect(BigInt(result)).toBe(value);
        expect(typeof result).toBe(Number.isSafeInteger(Number(value)) ? 'number' : 'bigint');
      }),
    );
  });

  it('of more than 64 bits are not written', () => {
    expect(() => encode('AttributeProto', { ints: [1, 2 ** 70] })).toThrow(TypeError);
    expect(() => encode('ModelProto', { graph: { node: [{ attribute: [{ i: 2 ** 80 }] }] } })).toThrow(TypeError);
  });

  it('past the end are refused', () => {
    expect(() => readInt64(new PbfReader(Uint8Array.of(0x80, 0x01)), 1)).toThrow(WireError);
  });
});
