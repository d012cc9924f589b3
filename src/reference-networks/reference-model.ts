import { suggestion } from '../basics/nearest.ts';
import { UserError } from '../errors.ts';
import { writeModel } from '../formats/write-model.ts';
import { openModel } from '../measuring/measure.ts';
import type { Model } from '../optimize/model.ts';
import { buildNetwork } from './build-network.ts';
import { referenceNetworks } from './reference-networks.ts';

/**
 * A reference network as an int8 `.tflite`: its structure is the published one, its weights are all equal, so that it can be measured and not asked anything.
 * @throws UserError for a name that there is not
 */
export function referenceModel(name: string): Model {
  const network = referenceNetworks.get(name);
  if (network === undefined) {
    throw new UserError(`There is no reference network "${name}"${suggestion(name, [...referenceNetworks.keys()])}`);
  }
  return openModel(writeModel(buildNetwork(network)), `${name}.tflite`);
}
