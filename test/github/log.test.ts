import { describe, expect, test } from 'vitest';
import { harmless } from '../../src/github/log.ts';

describe('log lines are never workflow commands', () => {
  test.each([
    ['models/kws.onnx on nano33', 'models/kws.onnx on nano33'],
    ['::set-output name=verdict::pass', ': :set-output name=verdict::pass'],
    ['  ::add-mask::x', '  : :add-mask::x'],
    ['a\n::error::b', 'a ::error::b'],
    ['a\r::error::b', 'a ::error::b'],
    ['a\u2028::error::b', 'a ::error::b'],
    ['a ##[error]b', 'a # #[error]b'],
    ['\u001b[31mred', ' [31mred'],
    ['\u0085::warning::x', ' : :warning::x'],
  ])('%j', (text, expected) => {
    expect(harmless(text)).toBe(expected);
    expect(harmless(text)).not.toMatch(/^\s*::|##\[|[\r\n]/);
  });
});
