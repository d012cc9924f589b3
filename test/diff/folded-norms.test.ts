import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/commands/program.ts';
import { diffModels } from '../../src/diff/diff-models.ts';
import { readOnnx } from '../../src/formats/onnx/read.ts';
import { floatAttribute, tensorAt } from '../../src/graph/access.ts';
import type { Graph, Operator, Tensor, TensorId } from '../../src/graph/graph.ts';
import { inferShapes } from '../../src/graph/infer-shapes.ts';
import { comparisonSchema } from '../../src/judge/comparison.ts';
import { measurement } from '../support/measurements.ts';

const file = 'fixtures/digits/base/digits.onnx';
const graph = inferShapes(readOnnx(readFileSync(file), file));

const floats = ({ data }: Tensor) => {
  const bytes = Uint8Array.from(data ?? []);
  return new Float32Array(bytes.buffer);
};
const bytesOf = (values: Float32Array) => new Uint8Array(values.buffer);

/** As an exporter folds batch normalisations: in float32, weights and bias one after the other. */
function exportedFolded(from: Graph, scaleFirst = 1): Graph {
  const { tensors, operators, ...rest } = from;
  const made: Tensor[] = [...tensors];
  const kept: Operator[] = [];
  for (const operator of operators) {
    const before = kept.at(-1);
    if (operator.type !== 'BatchNormalization' || before?.type !== 'Conv') {
      kept.push(operator);
      continue;
    }
    const constant = (id: TensorId | null | undefined) => floats(tensorAt(from, id ?? -1));
    const [gamma, beta, mean, variance] = operator.inputs.slice(1).map(constant);
    const epsilon = floatAttribute(operator, 'epsilon', 1e-5);
    const scale = Float32Array.from(gamma ?? [], (value, c) => value / Math.sqrt((variance?.[c] ?? 0) + epsilon));
    const weights = tensorAt(from, before.inputs[1] ?? -1);
    const each = floats(weights).length / scale.length;
    const factor = kept.length === 1 ? scaleFirst : 1;
    const folded = floats(weights).map((value, at) => value * (scale[Math.floor(at / each)] ?? 0) * factor);
    const held = before.inputs[2];
    const bias = held === null || held === undefined ? undefined : constant(held);
    const shift = scale.map((value, c) => ((bias?.[c] ?? 0) - (mean?.[c] ?? 0)) * value + (beta?.[c] ?? 0));
    const w = made.push({ ...weights, name: `${weights.name}_folded`, data: bytesOf(folded) }) - 1;
    const b =
      made.push({ name: `${weights.name}_bias`, dtype: 'float32', shape: [scale.length], data: bytesOf(shift) }) - 1;
    kept[kept.length - 1] = { ...before, inputs: [before.inputs[0] ?? null, w, b], outputs: operator.outputs };
  }
  return inferShapes({ ...rest, tensors: made, operators: kept });
}

const side = (source: Graph, digest: string) => ({
  source,
  artifact: source,
  measurement: measurement({
    layers: [],
    model: { ...measurement().model, format: 'onnx', sha256: digest.repeat(64) },
  }),
});
const happened = (base: Graph, head: Graph) =>
  diffModels(side(base, 'a'), side(head, 'b')).diff.summary.map(({ code, text }) => `${code}: ${text}`);

describe('batch normalisations that an exporter folded', () => {
  it('are no change where the numbers agree, in both directions', () => {
    expect(happened(graph, exportedFolded(graph))).toEqual([
      're-exported: Exported anew with no effect: 5 batch normalisations are part of the layers before them now; once folded, weights agree but for rounding.',
    ]);
    expect(happened(exportedFolded(graph), graph)).toEqual([
      expect.stringContaining('are operators of their own again'),
    ]);
  });

  it('are told beside what else happened', () => {
    const [first, second] = happened(graph, exportedFolded(graph, 1.5));
    expect(first).toMatch(/^retrained: Retrained only: the same structure/);
    expect(second).toMatch(/^restructured: Restructured: 5 batch normalisations are part/);
  });

  it('of models with the same ones nothing is folded', () => {
    expect(happened(graph, graph)[0]).toContain('Exported anew with no effect: the same operators');
  });
});

describe('compare --with a reference network', () => {
  it('says nothing of weights, which stand for none', async () => {
    let text = '';
    const result = (more: string) => {
      text += more;
    };
    const output = { result, note: () => {} };
    const model = 'fixtures/digits/base/digits-int8.tflite';
    await runCommandLine(['compare', model, '--with', 'mlperf-tiny/image-classification', '--json'], output);
    const { diff, beside, judgements } = comparisonSchema.parse(JSON.parse(text));
    expect(diff?.summary.length).toBeGreaterThan(0);
    expect(diff?.summary.map(({ code }) => code)).not.toContain('retrained');
    expect(diff?.rows.flatMap(({ changes }) => changes.map(({ what }) => what))).not.toContain('weights');
    expect(beside?.title).toBe("MLPerf Tiny's ResNet8");
    // Nobody's model grew from there: the board's limits alone judge.
    expect(new Set(judgements.map(({ budget }) => budget.limit.kind))).toEqual(new Set(['max']));
  });

  it('says first how many times as much the model needs', async () => {
    let text = '';
    const output = { result: (more: string) => (text += more), note: () => {} };
    const model = 'fixtures/digits/wider/digits-int8.tflite';
    expect(await runCommandLine(['compare', model, '--with', 'mlperf-tiny/keyword-spotting'], output)).toBe(0);
    expect(text.split('\n')[2]).toMatch(
      /^It has [\d.]+ × the RAM, [\d.]+ × the flash and [\d.]+ × the latency of MLPerf Tiny's DS-CNN\.$/,
    );
    expect(text).toMatch(/Network +Model +Difference/);
  });
});
