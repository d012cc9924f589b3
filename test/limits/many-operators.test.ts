import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { ModelDiff } from '../../src/diff/model-diff.ts';
import { buildProgram } from '../support/build-program.ts';

const count = 100_000;

// What grew with the square of the operators would not end within the limit of a test, and what held on to them not fit into the memory.
test('a model of 100,000 operators is read, measured and compared within 2 GiB', { timeout: 240_000 }, async () => {
  const bundle = await buildProgram('test/limits/many-operators-program.ts');
  try {
    const args = ['--max-old-space-size=2048', bundle.program, String(count)];
    const printed = execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 200_000 });
    const { operators, layers, rows } = JSON.parse(printed) as {
      operators: number;
      layers: number;
      rows: ModelDiff['rows'];
    };
    expect([operators, layers]).toEqual([count + 1, count]);
    expect(rows.filter(({ kind }) => kind !== 'same').map((row) => [row.kind, row.count, row.base, row.head])).toEqual([
      ['changed', 1, count / 2, count / 2],
      ['added', 1, null, count],
    ]);
    expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(count + 1);
  } finally {
    bundle.remove();
  }
});
