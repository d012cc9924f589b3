import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { UserError } from '../../src/errors.ts';
import { fuzzers } from './formats/all.ts';
import { caseOf, type Fuzzer, outcomeOf } from './fuzzer.ts';

/** A few cases of every format; `npm run fuzz` has more, and limits on time and memory. */
const casesEach = 40;
const made: ReadonlyMap<string, Fuzzer> = new Map(Object.entries(fuzzers).map(([name, make]) => [name, make({})]));
const regressions = path.join(path.dirname(fileURLToPath(import.meta.url)), 'regressions');

async function expectFine(fuzzer: Fuzzer, bytes: Uint8Array): Promise<string> {
  const outcome = await outcomeOf(fuzzer, bytes);
  if (outcome.kind === 'bug') throw outcome.error;
  return outcome.how;
}

describe.each([...made])('%s', (_name, fuzzer) => {
  it('what mutations start from comes all the way', async () => {
    for (const seed of fuzzer.seeds) expect(await expectFine(fuzzer, seed)).not.toBe('refused');
  });

  it('mutated is a result or a UserError', async () => {
    for (let index = 0; index < casesEach; index++) await expectFine(fuzzer, caseOf(fuzzer, 1, index));
  });
});

describe('files that were once more than the gate could take', () => {
  it.each(readdirSync(regressions))('%s', async (file) => {
    const fuzzer = made.get(file.split('-')[0] ?? '');
    expect(fuzzer).toBeDefined();
    if (fuzzer !== undefined) await expectFine(fuzzer, new Uint8Array(readFileSync(path.join(regressions, file))));
  });
});

it('has a job of the long run for every format', () => {
  const workflow = parse(readFileSync('.github/workflows/fuzz.yml', 'utf8')) as {
    readonly jobs: {
      readonly fuzz: { readonly strategy: { readonly matrix: { readonly format: readonly string[] } } };
    };
  };
  expect([...workflow.jobs.fuzz.strategy.matrix.format].sort()).toEqual([...made.keys()].sort());
});

it.each([
  ['is not a picture', 'fine'],
  ['', 'bug'],
  ['x: received undefined', 'bug'],
  ["Cannot read properties of null (reading 'x')", 'bug'],
])('a refusal that says %j is %s', async (message, kind) => {
  const run = (): string => {
    throw new UserError(message);
  };
  const fuzzer: Fuzzer = { name: 'x', extension: 'x', seeds: [], mutate: () => new Uint8Array(0), run };
  expect((await outcomeOf(fuzzer, new Uint8Array(0))).kind).toBe(kind);
});

it('a case is the same on every run', () => {
  for (const fuzzer of made.values()) expect(caseOf(fuzzer, 7, 3)).toEqual(caseOf(fuzzer, 7, 3));
});
