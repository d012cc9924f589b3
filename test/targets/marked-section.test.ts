import { expect, it } from 'vitest';
import { withMarkedSection } from '../../src/targets/marked-section.ts';

const text = 'before\n<!-- one: begin -->\nold\n<!-- one: end -->\n<!-- two: begin -->\n<!-- two: end -->\nafter\n';

it('replaces what stands between its own marks and nothing else', () => {
  expect(withMarkedSection(text, 'two', ' | a |\n')).toBe(text.replace('two: begin -->\n', 'two: begin -->\n| a |\n'));
  expect(withMarkedSection(withMarkedSection(text, 'one', 'new'), 'one', 'old')).toBe(text);
});

it('says which marks are missing', () => {
  expect(() => withMarkedSection(text, 'three', '')).toThrow(
    new RangeError('the marks of the section "three" are missing'),
  );
  expect(() => withMarkedSection('<!-- a: end --><!-- a: begin -->', 'a', '')).toThrow(RangeError);
});
