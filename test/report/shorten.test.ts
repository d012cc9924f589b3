import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { columnsOf, shorten } from '../../src/report/shorten.ts';

describe('columns of a text', () => {
  it('are those of a terminal, for every character of the basic plane by itself and between letters', () => {
    for (let code = 0x20; code < 0xd800; code += 1) {
      const text = String.fromCharCode(code);
      expect([text, columnsOf(text)]).toEqual([text, stringWidth(text)]);
      expect([text, columnsOf(`a${text}b`)]).toEqual([text, stringWidth(`a${text}b`)]);
    }
  });

  it('are those of a terminal, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(columnsOf(text)).toBe(stringWidth(text));
      }),
    );
  });
});

describe('a shortened text', () => {
  it.each([
    ['conv_1', 10, 'conv_1'],
    ['a/long/name/of/a/layer', 9, 'a/lo…ayer'],
    ['名前名前名前', 6, '名…前'],
  ])('%s in %i columns', (text, columns, expected) => {
    expect(shorten(text, columns)).toBe(expected);
  });
});
