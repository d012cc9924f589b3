import { bindInputs } from '../../src/data/bind-inputs.ts';
import type { Sample } from '../../src/data/data-set.ts';
import { modelInputs } from '../../src/data/model-inputs.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { openInterpreter } from '../../src/kernels/run-graph.ts';
import type { TypedArray } from '../../src/kernels/values.ts';

/**
 * Runs a TensorFlow Lite graph on samples in real numbers, whatever its inputs and outputs are made of.
 * @param named the graph whose inputs the samples name, where that is another one
 */
export function openReal(graph: Graph, named: Graph = graph): (sample: Sample) => readonly Float64Array[] {
  const interpreter = openInterpreter(graph);
  const inputs = modelInputs(graph);
  const names = modelInputs(named).map(({ name }) => name);
  return (sample) => {
    const renamed = Object.fromEntries(
      inputs.map(({ name }, position) => {
        const given = sample[names[position] ?? ''] ?? Object.values(sample)[position];
        if (given === undefined) throw new RangeError(`no sample for input ${name}`);
        return [name, given];
      }),
    );
    const bound = bindInputs(renamed, inputs, 'samples');
    interpreter.reset();
    const outputs = interpreter.run(inputs.map(({ name }) => bound[name]?.data as TypedArray));
    return outputs.map((values, position) => {
      const { scale = 0, zeroPoint = 0 } = interpreter.outputs[position] ?? {};
      return Float64Array.from(values as ArrayLike<number>, (value) =>
        scale === 0 ? Number(value) : (Number(value) - zeroPoint) * scale,
      );
    });
  };
}

/** Signal to quantisation noise in dB, over all outputs of all samples. */
export function sqnr(
  expected: readonly (readonly Float64Array[])[],
  found: readonly (readonly Float64Array[])[],
): number {
  let signal = 0;
  let noise = 0;
  expected.forEach((outputs, sample) => {
    outputs.forEach((values, output) => {
      values.forEach((value, index) => {
        signal += value * value;
        noise += (value - (found[sample]?.[output]?.[index] ?? Number.NaN)) ** 2;
      });
    });
  });
  return 10 * Math.log10(signal / noise);
}
