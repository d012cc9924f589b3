import { expect, it } from 'vitest';
import { readTflite } from '../../../src/formats/tflite/read.ts';
import { graphMacs } from '../../../src/graph/macs.ts';
import { openInterpreter } from '../../../src/kernels/run-graph.ts';
import { describeWithReference, referenceBytes } from '../../support/reference.ts';
import { recordedInputs, referenceRuns } from '../../support/tflm-outputs.ts';

/** What the plain kernels do in well under a second. */
const mostMacs = 20e6;

const cases = referenceRuns()
  .filter(({ outputs }) => Object.values(outputs).some((recorded) => recorded.length > 0))
  .map(({ file }) => ({ file, graph: readTflite(referenceBytes({ file }), file) }))
  .filter(({ graph }) => graphMacs(graph) > 0 && graphMacs(graph) < mostMacs);

describeWithReference('reference models run fast as they do plainly', () => {
  it.each(cases)('$file', ({ graph }) => {
    const fast = openInterpreter(graph);
    const plain = openInterpreter(graph, { fast: false });
    const inputs = recordedInputs(plain.inputs);
    // Twice: what the first invocation leaves behind must not matter to the second.
    for (let invocation = 0; invocation < 2; invocation++) expect(fast.run(inputs)).toEqual(plain.run(inputs));
  });
});
