import { describe, expect, test } from 'vitest';
import { globMatcher, modelMatcher } from '../../src/changes/matcher.ts';

describe('modelMatcher', () => {
  test.each<[readonly string[], readonly string[], string, boolean]>([
    [[], [], 'a.onnx', true],
    [[], [], 'deep/.hidden/a.TFLite', true],
    [[], [], 'a.onnx.txt', false],
    [[], [], 'onnx', false],
    [['nets/*.bin'], [], 'nets/a.bin', true],
    [['nets/*.bin'], [], 'nets/deep/a.bin', false],
    [['nets/*.bin'], [], 'other.onnx', true],
    [[], ['models/**'], 'models/a/b.onnx', true],
    [[], ['models/**'], 'other.onnx', false],
    [[], ['models/**', '!models/old/**'], 'models/old/b.onnx', false],
    [[], ['models/**', '!models/old/**'], 'models/new/b.onnx', true],
    [[], ['!third_party/**'], 'third_party/x.onnx', false],
    [[], ['!third_party/**'], 'x.onnx', true],
    [[], ['!third_party/**'], 'README.md', false],
  ])('configured %j, only %j: %s is %s', (configured, only, path, expected) => {
    expect(modelMatcher(configured, only)(path)).toBe(expected);
  });
});

describe('globMatcher', () => {
  test.each<[string, string, boolean]>([
    ['models/kws*', 'models/kws.onnx', true],
    ['models/kws*', 'models/kws/a.onnx', false],
    ['models/kws*', 'a/models/kws.onnx', false],
    ['./models/kws*', 'models/kws.onnx', true],
    ['**/kws.onnx', 'kws.onnx', true],
    ['**/kws.{onnx,tflite}', 'a/b/kws.tflite', true],
    ['m?dels/[a-k]*.onnx', 'models/kws.onnx', true],
    ['Models/*', 'models/a.onnx', false],
    ['a b/*.onnx', 'a b/x.onnx', true],
    ['*.onnx', 'new\nline.onnx', true],
  ])('%s against %j is %s', (glob, path, expected) => {
    expect(globMatcher(glob)(path)).toBe(expected);
  });
});
