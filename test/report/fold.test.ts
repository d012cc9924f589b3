import { expect, test } from 'vitest';
import { closeFolds, fold } from '../../src/report/fold.ts';

test('a comment on a terminal: titles one below the other, and what is not folded as it was', () => {
  const comment = ['❌ no longer fits', ...fold('Base and head', '| a |\n\n- b'), ...fold('Remarks', '- c'), 'the end'];
  expect(closeFolds(comment.join('\n\n'))).toBe('❌ no longer fits\n\n▸ Base and head\n▸ Remarks\n\nthe end');
});

test('what has no content has no fold', () => {
  expect(fold('Remarks', '')).toEqual([]);
});
