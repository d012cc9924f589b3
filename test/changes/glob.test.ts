import fc from 'fast-check';
import picomatch from 'picomatch';
import { describe, expect, test } from 'vitest';
import { expandBraces } from '../../src/changes/braces.ts';
import { globMatcher } from '../../src/changes/glob.ts';

describe('globMatcher', () => {
  test.each<[string, string, boolean]>([
    ['models/kws*', 'models/kws.onnx', true],
    ['models/kws*', 'models/kws/a.onnx', false],
    ['models/kws*', 'a/models/kws.onnx', false],
    ['./models/kws*', 'models/kws.onnx', true],
    ['**/kws.onnx', 'kws.onnx', true],
    ['**/kws.onnx', 'a/b/kws.onnx', true],
    ['**/kws.onnx', 'a/xkws.onnx', false],
    ['a/**/b', 'a/b', true],
    ['a/**/b', 'a/x/y/b', true],
    ['a/**/b', 'ab', false],
    ['**', 'a/b', true],
    ['a**b', 'axxb', true],
    ['a**b', 'a/b', false],
    ['**/kws.{onnx,tflite}', 'a/b/kws.tflite', true],
    ['{a,b/{c,d}}/x', 'b/d/x', true],
    ['{a}', '{a}', true],
    ['m?dels/[a-k]*.onnx', 'models/kws.onnx', true],
    ['[!a-j]*', 'kws', true],
    ['[!a-j]*', 'a', false],
    ['[]x]', ']', true],
    ['[x', '[x', true],
    ['a?b', 'a/b', false],
    ['a[.-0]b', 'a/b', false],
    ['Models/*', 'models/a.onnx', false],
    ['a b/*.onnx', 'a b/x.onnx', true],
    ['*.onnx', 'new\nline.onnx', true],
    ['*.onnx', '.hidden.onnx', true],
    ['?.onnx', '😀.onnx', true],
    ['model (1)+.onnx', 'model (1)+.onnx', true],
    ['\\*.onnx', '*.onnx', true],
    ['\\*.onnx', 'a.onnx', false],
    ['', 'a', false],
  ])('%j against %j is %s', (glob, path, expected) => {
    expect(globMatcher(glob)(path)).toBe(expected);
  });

  test('agrees with picomatch on the globs that both have', () => {
    const part = fc.constantFrom('a', 'b', 'ab', '*', 'a*', '*b', '?', '[ab]', '[^a]', '{a,b}', '{a,b*}c', '**', 'a?*');
    const glob = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
    const path = fc
      .array(fc.stringMatching(/^[abc.]{1,4}$/), { minLength: 1, maxLength: 5 })
      .map((parts) => parts.join('/'));
    fc.assert(
      fc.property(glob, path, (pattern, text) => {
        // A folder that is called `.` or `..` is none in git; a glob that ends in `/**` is about what is in the folder, not the folder.
        fc.pre(!/(^|\/)\.{1,2}(\/|$)/.test(text) && !picomatch(pattern.replace(/(\/\*\*)+$/, ''), { dot: true })(text));
        expect(globMatcher(pattern)(text)).toBe(picomatch(pattern, { dot: true, windows: false })(text));
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(
        glob.filter((pattern) => !pattern.endsWith('**')),
        path,
        (pattern, text) => {
          fc.pre(!/(^|\/)\.{1,2}(\/|$)/.test(text));
          expect(globMatcher(pattern)(text)).toBe(picomatch(pattern, { dot: true, windows: false })(text));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('globs made to take for ever are answered', () => {
    const letters = 'a'.repeat(4000);
    for (const glob of [
      '*a'.repeat(200),
      '(a+)+b',
      '+(a|aa)+(b)',
      `${'**/'.repeat(100)}b`,
      `${'{a,aa}'.repeat(6)}*b`,
    ]) {
      expect(globMatcher(glob)(`${letters}`)).toBe(glob === '*a'.repeat(200));
      expect(globMatcher(glob)('a/'.repeat(2000))).toBe(false);
    }
  });
});

describe('expandBraces', () => {
  test.each([
    ['a', ['a']],
    ['{a,b}{c,d}', ['ac', 'ad', 'bc', 'bd']],
    ['x{,y}', ['x', 'xy']],
    ['{a,{b,c}}', ['a', 'b', 'c']],
    ['{a}{b,c', ['{a}{b,c']],
    ['\\{a,b}', ['\\{a,b}']],
    ['{a,b}'.repeat(7), undefined],
    ['{a,b}'.repeat(2000), undefined],
    ['{'.repeat(500), ['{'.repeat(500)]],
  ])('%j', (glob, expected) => {
    expect(expandBraces(glob)).toEqual(expected);
  });
});
