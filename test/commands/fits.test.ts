import path from 'node:path';
import { expect, it } from 'vitest';
import { runCommandLine } from '../../src/commands/program.ts';

async function fits(model: string, ...options: readonly string[]) {
  let result = '';
  const output = { result: (text: string) => (result += text), note: () => {} };
  expect(
    await runCommandLine(['targets', '--fits', path.resolve('fixtures/digits/base', model), ...options], output),
  ).toBe(0);
  return result;
}

it('lists the boards that run a model, the quickest first, and asks no compiler', async () => {
  const found = JSON.parse(await fits('digits-int8.tflite', '--json')) as readonly {
    readonly target: string;
    readonly freeRam: number | null;
    readonly latency: { readonly value: number; readonly basis: string } | null;
  }[];
  const targets = found.map(({ target }) => target);
  expect(targets).toEqual(expect.arrayContaining(['nucleo-l4r5zi/tflm', 'imx93-evk/ethos-u', 'raspberry-pi-4/litert']));
  expect(targets.some((target) => target.endsWith('/ai8x'))).toBe(false);
  const latencies = found.map(({ latency }) => latency?.value ?? Number.POSITIVE_INFINITY);
  expect(latencies).toEqual(latencies.toSorted((one, other) => one - other));
  expect(new Set(found.flatMap(({ latency }) => latency?.basis ?? []))).toEqual(new Set(['modelled']));
  expect(found.every(({ freeRam }) => freeRam === null || (freeRam > 0 && freeRam <= 1))).toBe(true);
});

it('says how many boards are left out', async () => {
  expect(await fits('digits-int8.tflite')).toMatch(/\d+ of \d+ targets do not run it or have no room for it/);
});
