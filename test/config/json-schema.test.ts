import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { configJsonSchema, configJsonSchemaText } from '../../src/config/json-schema.ts';
import { example } from './example.ts';

const validate = new Ajv2020({ strict: false }).compile(configJsonSchema());

test('the committed schema is what the sources say; else run: npm run docs', () => {
  expect(readFileSync('docs/edge-ready.schema.json', 'utf8')).toBe(configJsonSchemaText());
});

test('editors accept the example and everything that the documentation shows', () => {
  expect(validate(parse(example)), JSON.stringify(validate.errors)).toBe(true);
});

test.each([
  'version: 2',
  'version: 1\nbudget: []',
  'version: 1\nbudgets: [ { flash: { max: 300 } } ]',
  'version: 1\nbudgets: [ { flash: { max: 300 KB } } ]',
  'version: 1\nbudgets: [ { accuracy: { max-drop: 1 % } } ]',
  'version: 1\nbudgets: [ { latency: { level: wran } } ]',
  'version: 1\ntargets: { a: { ram: 1 KiB } }',
])('editors mark %j', (text) => {
  expect(validate(parse(text))).toBe(false);
});
