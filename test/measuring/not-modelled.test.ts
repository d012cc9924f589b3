import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { joinMeasurement } from '../../src/measuring/join-measurement.ts';
import { openModel } from '../../src/measuring/measure.ts';
import { committed } from '../../src/optimize/recipe.ts';
import { noEstimate } from '../../src/runtimes/estimate/no-estimate.ts';
import { resolveTarget } from '../../src/targets/load.ts';

const file = 'fixtures/digits/base/digits-int8.tflite';
const model = openModel(readFileSync(file), file);

function said(id: string, wanted = 'accelerator-not-modelled'): readonly string[] {
  const nothing = noEstimate('not asked', []);
  const { findings } = joinMeasurement(
    model,
    resolveTarget(id),
    { artifact: model, recipe: committed },
    { ...nothing, accuracy: null, findings: [], unavailable: {} },
  );
  return findings.filter(({ code }) => code === wanted).map(({ message }) => message);
}

it.each([
  ['k210', 'KPU'],
  ['sl2610/litert', 'Torq'],
  ['xg24-dk2601b', 'MVP'],
])('%s: a Measurement says what of the board it is not of', (id, name) => {
  expect(said(id)).toEqual([expect.stringContaining(name)]);
});

it.each(['arduino-nano-33-ble', 'alif-e7/ethos-u', 'max78000/ai8x'])('%s: nothing is left out', (id) => {
  expect(said(id)).toEqual([]);
});

it.each([
  [
    'imx93-evk',
    [
      'With litert all of it runs on the CPU; the accelerator of NXP i.MX 93 EVK (ethos-u65-256) is used by imx93-evk/ethos-u.',
    ],
  ],
  ['imx93-evk/ethos-u', []],
  ['frdm-mcxn947', [expect.stringContaining('used by frdm-mcxn947/neutron')]],
  ['gap9', [expect.stringContaining('used by gap9/nntool')]],
  ['imx8mp-evk', [expect.stringContaining('used by imx8mp-evk/vx-delegate')]],
  ['nucleo-l4r5zi', []],
])('%s: a Measurement says which target uses the accelerator', (id, messages) => {
  expect(said(id, 'accelerator-idle')).toEqual(messages);
});
