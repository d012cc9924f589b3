/** Run as a program with little memory: reads, measures and compares two models of so many operators in a row; prints what came of it as JSON. */
import { diffModels } from '../../src/diff/diff-models.ts';
import { writeModel } from '../../src/formats/write-model.ts';
import { measureModel, openModel } from '../../src/measuring/measure.ts';
import { committed } from '../../src/optimize/recipe.ts';
import { resolveTarget } from '../../src/targets/load.ts';
import { activation, tfliteGraph, tfliteOperator } from '../support/tflite-models.ts';

const count = Number(process.argv[2]);
const types = ['ADD', 'MUL', 'SUB'] as const;

/** Each operator reads the results of the two before it; at `odd` stands one of another type. */
function chain(length: number, odd: number): Uint8Array {
  const quantization = { scale: [0.5], zeroPoint: [0], axis: 0 };
  const typeAt = (at: number) => types[(at === odd ? at + 1 : at) % types.length] ?? 'ADD';
  return writeModel(
    tfliteGraph({
      tensors: Array.from({ length: length + 1 }, (_, at) => activation(`t${at}`, [1, 8], { quantization })),
      operators: Array.from({ length }, (_, at) =>
        tfliteOperator(typeAt(at), { inputs: [at, Math.max(0, at - 1)], outputs: [at + 1] }),
      ),
      inputs: [0],
      outputs: [length],
    }),
  );
}

const target = resolveTarget('raspberry-pi-4/litert');
const measure = async (bytes: Uint8Array) => {
  const { measurement, graphs } = await measureModel(openModel(bytes, 'chain.tflite'), target, { recipe: committed });
  return { measurement, ...graphs };
};
const [base, head] = [await measure(chain(count, -1)), await measure(chain(count + 1, count >> 1))];
const { diff } = diffModels(base, head);
const { operators } = head.measurement.model;
console.log(
  JSON.stringify({ operators, layers: head.measurement.layers.length, rows: diff.rows, summary: diff.summary }),
);
