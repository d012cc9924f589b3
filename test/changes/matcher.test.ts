import { describe, expect, test } from 'vitest';
import { modelMatcher } from '../../src/changes/matcher.ts';

describe('modelMatcher', () => {
  test.each<[readonly string[], readonly string[], string, boolean]>([
    [[], [], 'a.onnx', true],
    [[], [], 'deep/.hidden/a.TFLite', true],
    [[], [], 'a.ORT', true],
    [[], [], 'a.onnx.txt', false],
    [[], [], 'sort', false],
    [[], [], 'onnx', false],
    [['nets/*.bin'], [], 'nets/a.bin', true],
    [['nets/*.bin'], [], 'nets/deep/a.bin', false],
    [['nets/*.bin'], [], 'other.onnx', true],
    [[], ['models/**'], 'models/a/b.onnx', true],
    [[], ['models/**'], 'other.onnx', false],
    [[], ['models/**'], 'models/README.md', false],
    [[], ['models/**'], 'models/kws.onnx.data', false],
    [[], ['models/*.bin'], 'models/kws.bin', true],
    [['models/*.bin'], ['models/**'], 'models/kws.bin', true],
    [[], ['models/**', '!models/old/**'], 'models/old/b.onnx', false],
    [[], ['models/**', '!models/old/**'], 'models/new/b.onnx', true],
    [[], ['!third_party/**'], 'third_party/x.onnx', false],
    [[], ['!third_party/**'], 'x.onnx', true],
    [[], ['!third_party/**'], 'README.md', false],
  ])('configured %j, only %j: %s is %s', (configured, only, path, expected) => {
    expect(modelMatcher(configured, only)(path)).toBe(expected);
  });
});
