import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { readTflite } from '../../../src/formats/tflite/read.ts';
import { writeTflite } from '../../../src/formats/tflite/write.ts';
import type { Tensor } from '../../../src/graph/graph.ts';
import { activation, countingBytes, kitchenSink, tfliteGraph, tfliteOperator } from '../../support/tflite-models.ts';

const again = (graph: Parameters<typeof writeTflite>[0]) => readTflite(writeTflite(graph), 'model.tflite');

describe('write, then read', () => {
  it('gives the same graph, with one of everything in it', () => {
    expect(again(kitchenSink())).toEqual(kitchenSink());
  });

  it('gives the same bytes every time, with the identifier TFL3', () => {
    const bytes = writeTflite(kitchenSink());
    expect(Buffer.from(bytes.subarray(4, 8)).toString()).toBe('TFL3');
    expect(Buffer.compare(bytes, writeTflite(kitchenSink()))).toBe(0);
    expect(Buffer.compare(bytes, writeTflite(again(kitchenSink())))).toBe(0);
  });

  it('aligns every constant to 16 bytes', () => {
    const bytes = new Uint8Array(new ArrayBuffer(writeTflite(kitchenSink()).length));
    bytes.set(writeTflite(kitchenSink()));
    const offsets = readTflite(bytes, 'm').tensors.flatMap(({ data }) => (data?.length ? [data.byteOffset] : []));
    expect(offsets.length).toBeGreaterThan(3);
    expect(offsets.map((offset) => offset % 16)).toEqual(offsets.map(() => 0));
  });

  it('shares a buffer where tensors share their data, and only there', () => {
    const data = countingBytes(400);
    const tensor = (content: Uint8Array): Tensor => ({ name: '', dtype: 'int8', shape: [400], data: content });
    const shared = again(tfliteGraph({ tensors: [tensor(data), tensor(data)] }));
    expect(shared.tensors[0]?.data).toBe(shared.tensors[1]?.data);
    const apart = again(tfliteGraph({ tensors: [tensor(data), tensor(data.slice())] }));
    expect(apart.tensors[0]?.data).not.toBe(apart.tensors[1]?.data);
    expect(apart.tensors[0]?.data).toEqual(apart.tensors[1]?.data);
  });

  it.each([
    ['a tensor type of a newer schema', { name: 't', dtype: 'unknown', shape: [2], extras: { type: 99 } }],
    ['a scalar', { name: 't', dtype: 'float32', shape: [], data: Uint8Array.of(0, 0, 128, 63) }],
    ['an extent that is not known', { name: 't', dtype: 'float32', shape: ['?', 3] }],
    ['float8', { name: 't', dtype: 'float8e4m3fn', shape: [1], data: Uint8Array.of(7) }],
    ['a constant in another file', { name: 't', dtype: 'int8', shape: [4], extras: { externalBuffer: 3 } }],
    ['strings in an unusual layout', { name: 't', dtype: 'string', shape: [1], data: countingBytes(9) }],
    [
      'a range without a scale',
      {
        name: 't',
        dtype: 'float32',
        shape: [1],
        extras: { quantization: { min: [-1], max: [1], quantized_dimension: 0 } },
      },
    ],
    [
      'negative zero as a scale',
      { name: 't', dtype: 'int8', shape: [1], quantization: { scale: [-0], zeroPoint: [0], axis: 0 } },
    ],
    [
      'block-wise quantisation',
      {
        name: 't',
        dtype: 'int4',
        shape: [4],
        extras: {
          quantization: {
            details: { type: 'BlockwiseQuantization', value: { scales: 1, zero_points: -1, block_size: 32 } },
            quantized_dimension: 0,
          },
        },
      },
    ],
  ] as const satisfies readonly (readonly [string, Tensor])[])('keeps %s', (_, tensor) => {
    expect(again(tfliteGraph({ tensors: [tensor] })).tensors[0]).toEqual(tensor);
  });

  it.each([
    ['a code of a newer schema', tfliteOperator('UNKNOWN_300', {})],
    ['a builtin operator with a custom code', tfliteOperator('ADD', { extras: { customCode: 'add', options: null } })],
    ['options that are not the usual ones', tfliteOperator('ADD', { extras: { options: 'PadOptions' } })],
    ['custom options in another format', tfliteOperator('x', { domain: 'custom', extras: { customOptionsFormat: 5 } })],
    ['a debug number', tfliteOperator('x', { domain: 'custom', extras: { debugMetadataIndex: 0 } })],
    ['strings', tfliteOperator('VAR_HANDLE', { attributes: { shared_name: { kind: 'string', value: 'größe' } } })],
    [
      'an enumerator of a newer schema',
      tfliteOperator('MIRROR_PAD', { attributes: { mode: { kind: 'int', value: 9 } } }),
    ],
  ])('keeps an operator with %s', (_, operator) => {
    expect(again(tfliteGraph({ operators: [operator] })).operators[0]).toEqual(operator);
  });

  it('keeps what is behind the model, unless custom operators may refer to it', () => {
    const behind = Uint8Array.of(80, 75, 5, 6, 0, 0, 1);
    const kept = again(tfliteGraph({ extras: { trailingBytes: behind } }));
    expect(kept.extras).toEqual({ trailingBytes: behind });
    expect(kept.notes).toHaveLength(1);
    const operators = [tfliteOperator('x', { domain: 'custom' })];
    const refused = again(tfliteGraph({ operators, extras: { trailingBytes: behind } }));
    expect(() => writeTflite(refused)).toThrow(UserError);
  });

  it.each([
    ['without files', {}],
    ['with labels', { 'labels.txt': Uint8Array.of(120, 10) }],
  ])('keeps the archive of files that metadata names, %s, beside custom operators too', (_, files) => {
    const archive = zipSync(files);
    const operators = [tfliteOperator('x', { domain: 'custom' })];
    const kept = again(again(tfliteGraph({ operators, extras: { trailingBytes: archive } })));
    expect(kept.extras).toEqual({ trailingBytes: archive });
    expect(kept.notes ?? []).toHaveLength(0);
  });
});

describe('writing refuses, in a sentence,', () => {
  const graphs: readonly (readonly [string, Parameters<typeof tfliteGraph>[0], RegExp])[] = [
    ['an ONNX operator', { operators: [tfliteOperator('Conv', {})] }, /no builtin operator Conv/],
    ['another domain', { operators: [tfliteOperator('Gelu', { domain: 'com.microsoft' })] }, /com\.microsoft\.Gelu/],
    ['a type of ONNX alone', { tensors: [activation('t', [1], { dtype: 'float8e5m2fnuz' })] }, /float8e5m2fnuz/],
    [
      'an attribute that the options lack',
      { operators: [tfliteOperator('CONV_2D', { attributes: { group: { kind: 'int', value: 2 } } })] },
      /Conv2DOptions cannot hold: group/,
    ],
    [
      'an attribute of another kind',
      { operators: [tfliteOperator('CONV_2D', { attributes: { stride_w: { kind: 'float', value: 0.5 } } })] },
      /cannot hold: stride_w/,
    ],
    [
      'attributes where there are no options',
      { operators: [tfliteOperator('LOGISTIC', { attributes: { alpha: { kind: 'float', value: 1 } } })] },
      /no options/,
    ],
    ['what reading lost', { extras: { unwritable: ['Something is lost.'] } }, /without loss \(Something is lost\)/],
  ];
  it.each(graphs)('%s', (_, parts, message) => {
    expect(() => writeTflite(tfliteGraph(parts))).toThrow(UserError);
    expect(() => writeTflite(tfliteGraph(parts))).toThrow(message);
  });
});
