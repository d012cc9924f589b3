import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { operatorNames } from '../../../../src/runtimes/tflm/operator-facts.ts';
import { supportDocumentation } from '../../../../src/runtimes/tflm/support/documentation.ts';

const text = readFileSync('docs/tflm-support.md', 'utf8');

test('docs/tflm-support.md is what the rules say; else run: npm run docs', () => {
  expect(supportDocumentation()).toBe(text);
});

test('every operator has a row and a section with rules', () => {
  for (const name of operatorNames) {
    expect(text).toContain(`| [${name}](#${name.toLowerCase()}) `);
    expect(text).toContain(`\n### ${name}\n\n- `);
  }
});
