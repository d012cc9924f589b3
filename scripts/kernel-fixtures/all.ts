import { controlFixtures } from './control.ts';
import { convolutionFixtures } from './convolutions.ts';
import { customFixtures } from './custom.ts';
import { denseFixtures } from './dense.ts';
import { elementwiseFixtures } from './elementwise.ts';
import type { Fixture } from './fixture.ts';
import { rearrangingFixtures } from './rearranging.ts';
import { reductionFixtures } from './reductions.ts';

/** Every model that runs. */
export const fixtures: readonly Fixture[] = [
  ...convolutionFixtures,
  ...denseFixtures,
  ...elementwiseFixtures,
  ...reductionFixtures,
  ...rearrangingFixtures,
  ...controlFixtures,
  ...customFixtures,
];
