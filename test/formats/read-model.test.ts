import { describe, expect, it } from 'vitest';
import { modelFormatOf, readModel } from '../../src/formats/read-model.ts';
import { writeModel } from '../../src/formats/write-model.ts';
import { describeWithReference, referenceBytes, referenceModels } from '../support/reference.ts';
import { expectUserError, modelBytes, relu } from './onnx/support.ts';

const text = (content: string) => new TextEncoder().encode(content);
const onnx = modelBytes(relu());

describe('readModel', () => {
  it.each(['a.onnx', 'a.tflite', 'a.bin', 'a'])('knows ONNX by its content, called %s', (file) => {
    const { format, graph } = readModel(onnx, file);
    expect([format, graph.dialect, graph.operators.length]).toEqual(['onnx', 'onnx', 1]);
    expect(readModel(writeModel(graph), file).graph).toEqual(graph);
  });

  it('knows TensorFlow Lite by its identifier', () => {
    expect(modelFormatOf(Uint8Array.of(28, 0, 0, 0, ...text('TFL3')), 'a.onnx')).toBe('tflite');
  });

  it.each<readonly [string, string, Uint8Array, RegExp]>([
    ['an empty file', 'a.onnx', new Uint8Array(0), /is empty/],
    [
      'a git-LFS pointer',
      'a.onnx',
      text(`version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 1234\n`),
      /git-LFS pointer to 1234 bytes.*lfs: true/,
    ],
    ['half an ONNX file', 'a.onnx', onnx.subarray(0, onnx.length / 2), /damaged, truncated or not an ONNX model/],
    ['text called .onnx', 'a.onnx', text('hello, world'), /damaged, truncated or not an ONNX model/],
    ['text called .tflite', 'a.tflite', text('hello, world'), /not a TensorFlow Lite model/],
    ['something else', 'a.tflite', text('GGUF....'), /is a GGUF file; only ONNX/],
    ['the beginning of an .ort file', 'a.onnx', text('....ORTM'), /is damaged: the model points outside the file/],
    ['a web page', 'a.onnx', text('<!DOCTYPE html>'), /is a web page/],
  ])('%s ends in one clear sentence', (_what, file, bytes, pattern) => {
    expectUserError(() => readModel(bytes, file), pattern);
  });

  it('says that it does not know a file', () => {
    expect(() => readModel(text('hello'), 'notes.txt')).toThrow('notes.txt is of an unknown format');
  });

  it('hands external data on', () => {
    const asked: string[] = [];
    const external = [{ key: 'location', value: 'w.bin' }];
    const bytes = modelBytes(
      relu({ initializer: [{ name: 'w', dims: [1], dataType: 3, dataLocation: 1, externalData: external }] }),
    );
    const externalData = (path: string) => {
      asked.push(path);
      return Uint8Array.of(7);
    };
    expect(readModel(bytes, 'a.onnx', { externalData }).graph.tensors.at(1)?.data).toEqual(Uint8Array.of(7));
    expect(asked).toEqual(['w.bin']);
  });
});

describeWithReference('formats of the reference models', () => {
  it('are told by content alone', () => {
    const wrong = referenceModels().filter((model) => modelFormatOf(referenceBytes(model), 'model') !== model.format);
    expect(wrong.map(({ file }) => file)).toEqual([]);
  });
});
