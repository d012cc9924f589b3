import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { configJsonSchema, knownKeys } from '../../src/config/json-schema.ts';
import { parseConfig } from '../../src/config/parse.ts';

const text = readFileSync('docs/configuration.md', 'utf8');
const blocks = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');
const validate = new Ajv2020({ strict: false }).compile(configJsonSchema());

test.each(blocks)('example %# of the documentation is a valid configuration', (block) => {
  expect(parseConfig(block, 'edge-ready.yml').path).toBe('edge-ready.yml');
  expect(validate(parse(block)), JSON.stringify(validate.errors)).toBe(true);
});

test('there are examples, and every key is explained', () => {
  expect(blocks.length).toBeGreaterThan(4);
  const places = [
    [],
    ['targets', 'x'],
    ['models', 0],
    ['models', 0, 'evaluation'],
    ['models', 0, 'duty-cycle'],
    ['budgets', 0],
    ['budgets', 0, 'flash'],
    ['budgets', 0, 'accuracy'],
    ['budgets', 0, 'battery'],
    ['schedule', 0],
    ['schedule', 0, 'tasks', 0],
  ];
  const keys = places.flatMap((place) => knownKeys(place));
  expect(keys.length).toBeGreaterThan(30);
  for (const key of keys) expect(text.includes(`\`${key}\``) || text.includes(`${key}:`), key).toBe(true);
});
