/**
 * Code size against the two whole images that were measured, all of whose kernels were measured alone too: `node scripts/run-ts.mjs bench/tflm-flash.ts`.
 * Nothing else is known to compare with: images for a Cortex-M55, of the reference kernels and of ESP-NN are not covered.
 */
import facts from '../src/runtimes/tflm/flash.json' with { type: 'json' };
import { codeParts } from '../src/runtimes/tflm/flash.ts';
import { percent } from './tflm-reference.ts';

for (const image of facts.images) {
  const registration = image.registration === 'int8' ? 'int8' : 'all';
  const parts = codeParts(image.operators, registration);
  const predicted = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  const sharing = parts.filter(({ name }) => name.startsWith('kernel')).length - 1;
  const block = facts.sharedBlock + (predicted - image.bytes) / (sharing - 1);
  console.log(
    `${registration}: image ${image.bytes}, ours ${predicted} (${percent(predicted / image.bytes - 1)}); this image alone gives a shared block of ${Math.round(block)}, ours is the size of the smallest kernel that has it (${facts.sharedBlock})`,
  );
}
