// How many outputs of the reference models our kernels compute as TensorFlow Lite Micro does: integers to the bit, floats within 1e-5.
//   node scripts/run-ts.mjs bench/tflm-outputs.ts [part of a file name]
import { compareWithReference, referenceRuns } from '../test/support/tflm-outputs.ts';

const wanted = process.argv[2] ?? '';
const tally = { models: 0, outputs: 0, equal: 0, floats: 0, floatsToTheBit: 0 };
for (const run of referenceRuns()) {
  if (!run.file.includes(wanted)) continue;
  const started = performance.now();
  const results = compareWithReference(run);
  const milliseconds = performance.now() - started;
  tally.models += 1;
  for (const { core, output, type, equal, exact, note } of results) {
    tally.outputs += 1;
    tally.equal += Number(equal);
    tally.floats += Number(type === 'float32');
    tally.floatsToTheBit += Number(type === 'float32' && exact);
    if (!equal || wanted !== '')
      console.log(`${equal ? 'equal' : 'DIFFERS'} ${run.file} ${core} output ${output} (${type}): ${note}`);
  }
  if (wanted !== '') console.log(`${milliseconds.toFixed(0)} ms`);
}
console.log(
  `${tally.equal} of ${tally.outputs} outputs of ${tally.models} models equal; of ${tally.floats} float ones ${tally.floatsToTheBit} to the bit.`,
);
