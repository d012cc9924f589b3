import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { withInputs } from '../scripts/reference/action.ts';
import { parseConfig } from '../src/config/parse.ts';
import { withTargetsTable } from '../src/targets/targets-table.ts';

const readme = readFileSync('README.md', 'utf8');
const blocks = [...readme.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => yaml ?? '');

test('the table of targets is what the boards say; else run: npm run docs', () => {
  expect(withTargetsTable(readme)).toBe(readme);
});

test('the inputs are those of action.yml; else run: npm run docs', () => {
  expect(withInputs(readme)).toBe(readme);
});

test('the workflow to paste uses inputs that the action has', () => {
  const action = z
    .object({ inputs: z.record(z.string(), z.unknown()) })
    .parse(parse(readFileSync('action.yml', 'utf8')));
  const step = /uses: org\/edge-ready-gate@v1\n\s+with:\n((?:\s+\w[\w-]*:.*\n)+)/.exec(blocks[0] ?? '');
  const used = [...(step?.[1] ?? '').matchAll(/^\s+([\w-]+):/gm)].map(([, name]) => name);
  expect(used.length).toBeGreaterThan(0);
  expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(used));
});

test('the configuration to paste is one', () => {
  expect(parseConfig(blocks[1] ?? '', 'edge-ready.yml').budgets).toHaveLength(2);
});
