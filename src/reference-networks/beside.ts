import type { Beside } from '../judge/beside.ts';
import type { Measurement } from '../measurement/measurement.ts';
import { measureModel } from '../measuring/measure.ts';
import { committed } from '../optimize/recipe.ts';
import type { Target } from '../targets/target.ts';
import { referenceModel } from './reference-model.ts';
import { referenceNetworks } from './reference-networks.ts';

/**
 * A measured model beside a reference network, which is measured in int8 by the same engine; `undefined` where nothing can be compared.
 * @throws UserError for a network that there is not
 */
export async function besideReference(
  measurement: Measurement,
  name: string,
  target: Target,
): Promise<Beside | undefined> {
  const { measurement: other } = await measureModel(referenceModel(name), target, { recipe: committed });
  return besideMeasured(measurement, name, other);
}

/** The same where the network of that name has been measured. */
export function besideMeasured(measurement: Measurement, name: string, other: Measurement): Beside | undefined {
  const ratio = (metric: 'peakRam' | 'flash' | 'latency') => {
    const [value, reference] = [measurement[metric]?.value, other[metric]?.value];
    return value === undefined || reference === undefined || reference === 0 ? null : value / reference;
  };
  const ratios = { peakRam: ratio('peakRam'), flash: ratio('flash'), latency: ratio('latency') };
  if (Object.values(ratios).every((each) => each === null)) return undefined;
  return { network: name, title: referenceNetworks.get(name)?.title ?? name, ...ratios };
}
