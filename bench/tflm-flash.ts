/**
 * Code size against whole images, none of which the table was made from: `node scripts/run-ts.mjs bench/tflm-flash.ts`.
 * `tflm-flash-images.json` has, for the operators of each model of the reference that has more than one, the image that was linked of exactly these,
 * per core and kernel library; `flash.json` has two images that others built. Both tables and images come from the sources that `flash.json` names.
 */

import { codeSizes, measuredSizes } from '../src/runtimes/tflm/flash/code-sizes.ts';
import facts from '../src/runtimes/tflm/flash/flash.json' with { type: 'json' };
import { type CodeBuild, codeParts } from '../src/runtimes/tflm/flash/flash.ts';
import images from './tflm-flash-images.json' with { type: 'json' };
import { percent, quantile } from './tflm-reference.ts';

function predicted(core: string, operators: readonly string[], build: CodeBuild): number {
  return codeParts(operators, codeSizes({ id: core }).sizes, build).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Images by core, kernel library and registration. */
const builds = Object.entries(images.bytes).flatMap(([name, registrations]) => {
  const [core = '', library = ''] = name.split('/');
  return Object.entries(registrations).map(([registration, bytes]) => ({
    name: `${name}, ${registration === 'int8' ? 'int8 only' : 'all types'}`,
    core,
    build: { library, registration } as CodeBuild,
    bytes: bytes as readonly number[],
  }));
});

for (const { name, core, build, bytes } of builds) {
  const errors = bytes.map((size, index) => Math.abs(predicted(core, images.operators[index] ?? [], build) / size - 1));
  console.log(
    `${name}: ${bytes.length} images of ${Math.min(...bytes)} to ${Math.max(...bytes)} B, off by ${percent(quantile(errors, 0.5))} in the median, ${percent(Math.max(...errors))} at most`,
  );
}

for (const { registration, operators, bytes } of facts.images) {
  const ours = predicted('cortex-m4', operators, { library: 'cmsis-nn', registration: registration as 'all' | 'int8' });
  console.log(
    `Cortex-M4 with CMSIS-NN, ${registration}, built by others: ${bytes} B, ours ${ours} (${percent(ours / bytes - 1)})`,
  );
}

/** What taking CMSIS-NN on a Cortex-M4 for another core or kernel library would be off by. */
const likeM4 = builds.find(({ core, build }) => core === 'cortex-m4' && build.library === 'cmsis-nn');
const distances = builds
  .filter(({ build }) => build.registration === 'all')
  .flatMap(({ bytes }) => bytes.map((size, index) => Math.abs((likeM4?.bytes[index] ?? 0) / size - 1)));
console.log(
  `A Cortex-M4 with CMSIS-NN for any other build: off by ${percent(distances.reduce((sum, x) => sum + x, 0) / distances.length)} in the mean, ${percent(quantile(distances, 0.5))} in the median, ${percent(Math.max(...distances))} at most`,
);

const { kernels, shared } = measuredSizes['cortex-m4'] ?? codeSizes(undefined).sizes;
const alone = Object.entries(kernels)
  .filter(([name]) => !/reference|int8/.test(name))
  .map(([, { bytes, shares }]) => bytes + shares.reduce((sum, piece) => sum + (shared[piece] ?? 0), 0));
const middle = quantile(alone, 0.5);
const distance = alone.reduce((sum, bytes) => sum + Math.abs(bytes / middle - 1), 0) / alone.length;
console.log(
  `${alone.length} kernels measured alone: median ${middle} B, mean relative distance from it ${percent(distance)}`,
);
