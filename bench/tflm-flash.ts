/**
 * Code size against the two whole images that were measured, all of whose kernels were measured alone too: `node scripts/run-ts.mjs bench/tflm-flash.ts`.
 * Nothing else is known to compare with: images for a Cortex-M55, of the reference kernels and of ESP-NN are not covered.
 */
import facts from '../src/runtimes/tflm/flash.json' with { type: 'json' };
import { codeParts } from '../src/runtimes/tflm/flash.ts';
import { percent } from './tflm-reference.ts';

const images = facts.images.map((image) => {
  const parts = codeParts(image.operators, image.registration === 'int8' ? 'int8' : 'all');
  const predicted = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  /** Kernels beyond the first that have the shared block: RESHAPE has none. */
  const sharing = parts.filter(({ name }) => name.startsWith('kernel')).length - 2;
  return { ...image, predicted, sharing, block: facts.sharedBlock + (predicted - image.bytes) / sharing };
});

for (const [index, { registration, bytes, predicted, sharing }] of images.entries()) {
  const other = images[1 - index]?.block ?? facts.sharedBlock;
  const heldOut = predicted + (facts.sharedBlock - other) * sharing;
  console.log(
    `${registration}: image ${bytes}, ours ${predicted} (${percent(predicted / bytes - 1)}) with a shared block of ${facts.sharedBlock}, the size of the smallest kernel that has it; with the ${Math.round(other)} that the other image gives ${percent(heldOut / bytes - 1)}`,
  );
}
