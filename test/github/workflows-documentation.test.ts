import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const inputsOf = (name: string) => Object.keys((parse(read(name)) as { inputs: object }).inputs);
const text = read('docs/workflows.md');
const snippets = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, snippet = '']) => snippet);

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

/** Every step below a parsed snippet, wherever it stands. */
function stepsIn(value: unknown): readonly Step[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'uses' in value ? [value as Step] : [];
  return [...own, ...Object.values(value).flatMap(stepsIn)];
}

describe('docs/workflows.md', () => {
  const steps = snippets.flatMap((snippet) => stepsIn(parse(snippet)));

  test('has workflows to paste', () => {
    expect(snippets.length).toBeGreaterThan(4);
    expect(steps.filter(({ uses }) => uses?.includes('edge-ready-gate')).length).toBeGreaterThan(4);
  });

  test.each(steps.filter(({ uses }) => uses?.includes('edge-ready-gate')))(
    'gives only inputs that exist: %j',
    (step) => {
      const known = inputsOf(step.uses?.includes('/report@') ? 'report/action.yml' : 'action.yml');
      for (const input of Object.keys(step.with ?? {})) expect(known).toContain(input);
    },
  );

  test.each(snippets.filter((snippet) => snippet.includes('matrix:')))(
    'a matrix never cancels its other legs, and a report job always runs',
    (snippet) => {
      expect(snippet).toContain('fail-fast: false');
      expect(snippet).toMatch(/needs: measure\n\s+if: \$\{\{ always\(\) \}\}/);
    },
  );

  test('no workflow uses what the gate refuses', () => {
    for (const snippet of snippets) expect(snippet).not.toContain('pull_request_target');
  });
});
