import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plain } from '../../src/basics/plain.ts';
import { cell, code } from '../../src/report/escape.ts';
import { strong } from '../../src/report/phrase.ts';

describe('code', () => {
  it.each([
    ['models/kws.onnx', '`models/kws.onnx`'],
    ['conv2d_1/BiasAdd:0', '`conv2d_1/BiasAdd:0`'],
    ['', '<code>&#32;</code>'],
    ['a|b', '<code>a&#124;b</code>'],
    ['`x`', '<code>&#96;x&#96;</code>'],
    ['<img src=x>', '<code>&#60;img src&#61;x&#62;</code>'],
    ['@octocat', '<code>&#64;octocat</code>'],
    ['a@b.example', '<code>a&#64;&#8203;b&#46;example</code>'],
    ['https://evil.example', '<code>https&#58;&#47;&#47;evil&#46;example</code>'],
    ['a\nb\u202ec', '<code>a b&#65533;c</code>'],
    ['x'.repeat(200), `\`${'x'.repeat(60)}…${'x'.repeat(59)}\``],
  ])('%j', (text, expected) => {
    expect(code(text)).toBe(expected);
  });
});

describe('cell', () => {
  it.each([
    ['peak RAM 71.2 KiB > 64 KiB (+18.4 %)', 'peak RAM 71.2 KiB > 64 KiB (+18.4 %)'],
    ['conv_3 and _private_', 'conv_3 and &#95;private&#95;'],
    ['ping @octocat about #12 and GH-3', 'ping &#64;&#8203;octocat about &#35;&#8203;12 and GH-&#8203;3'],
    ['see https://x.y or www.z.com', 'see https&#58;&#8203;//x.y or www&#8203;.z.com'],
    ['[link](javascript:x) ![](y)', '&#91;link&#93;(javascript:x) &#33;&#91;&#93;(y)'],
    ['a | b', 'a &#124; b'],
    ['1. first', '1&#46; first'],
    ['- item', '&#45; item'],
    ['> quote', '&#62; quote'],
    ['a:smile:b', 'a&#58;smile:b'],
    ['back\\slash', 'back&#92;slash'],
    ['one\r\n\r\ntwo', 'one two'],
  ])('%j', (text, expected) => {
    expect(cell(text)).toBe(expected);
  });
});

describe('anything hostile', () => {
  const fragment = fc.constantFrom(
    '@octocat',
    '#1',
    '<script>',
    '</details>',
    '|',
    '`',
    '``',
    '\\|',
    '![x](y)',
    '[a](http://b)',
    '\n\n# h',
    '--',
    '~~~',
    '$x$',
    '-->',
    'www.a.b',
    'http://c',
    '\u202e',
    '&#60;',
    '**',
    '_',
  );
  const hostile = fc
    .array(fc.oneof(fragment, fc.string({ unit: 'grapheme' })), { maxLength: 8 })
    .map((parts) => parts.join(''));

  it('has no markup, mention, link, cell or line of its own left', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const rendered of [code(text), cell(text), strong(text)]) {
          const content = rendered.replace(/^<code>|<\/code>$/g, '');
          expect(content).not.toMatch(/[<|\\[\]\r\n\u202e]|@|:\/\/|www\.|(?<!&)#\w|\*[^*]*\*\*\*/);
          expect(content.replace(/^`[^`]*`$/, '')).not.toContain('`');
          expect(content.replace(/&#\d+;/g, '')).not.toContain('&');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('stays readable: what the references stand for is the text on one line', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const read = cell(text, 5000)
          .replace(/&#(\d+);/g, (_, number) => String.fromCodePoint(Number(number)))
          .replace(/\u200b/g, '');
        expect(read).toBe(plain(text, 5000));
      }),
    );
  });

  it('is never longer than its limit as plain text', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 30 }), (text, limit) => {
        expect([...plain(text, limit)].length).toBeLessThanOrEqual(limit);
      }),
    );
  });
});
