import { expect, it } from 'vitest';
import { groupFindings } from '../../src/report/group-findings.ts';

it('joins the places of the same finding and keeps different ones apart', () => {
  const gelu = (where: string) => ({
    code: 'unsupported-operator',
    severity: 'error' as const,
    where,
    message: 'no GELU',
  });
  const other = { code: 'float-model', severity: 'warning' as const, message: 'float32' };
  expect(groupFindings([gelu('1'), other, gelu('2'), gelu('2'), gelu('3'), gelu('4'), gelu('5')])).toEqual([
    { ...gelu('1'), where: '1, 2, 3 and 2 more' },
    other,
  ]);
});
