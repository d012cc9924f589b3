import { UserError } from '../errors.ts';
import type { Sample } from './data-set.ts';

/**
 * Refuses a sample with a value that is no number, which ranges can't be taken from: every result after it is none either.
 * @throws UserError naming the data set, the sample and the array
 */
export function refuseNaN(sample: Sample, index: number, path: string): void {
  for (const [name, { data }] of Object.entries(sample)) {
    if ((data instanceof Float32Array || data instanceof Float64Array) && data.includes(Number.NaN)) {
      throw new UserError(
        `${path}: sample ${index} of array ${name} holds NaN, which no range can be taken from; mend that sample or leave it out.`,
      );
    }
  }
}
