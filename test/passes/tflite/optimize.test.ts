import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { modelExtras } from '../../../src/formats/tflite/extras.ts';
import { readTflite } from '../../../src/formats/tflite/read.ts';
import { writeTflite } from '../../../src/formats/tflite/write.ts';
import type { Graph, Tensor } from '../../../src/graph/graph.ts';
import { graphMacs } from '../../../src/graph/macs.ts';
import { openInterpreter } from '../../../src/kernels/run-graph.ts';
import { mergeConstants } from '../../../src/passes/tflite/merge-constants.ts';
import { optimizeTflite } from '../../../src/passes/tflite/optimize.ts';
import { removeDeadOperators } from '../../../src/passes/tflite/remove-dead-operators.ts';
import { removeMetadata } from '../../../src/passes/tflite/remove-metadata.ts';
import { removeTrainingRanges } from '../../../src/passes/tflite/remove-training-ranges.ts';
import { removeUnusedEntries } from '../../../src/passes/tflite/remove-unused-entries.ts';
import { removeUnusedSubgraphs } from '../../../src/passes/tflite/remove-unused-subgraphs.ts';
import { removeUnusedTensors } from '../../../src/passes/tflite/remove-unused-tensors.ts';
import { shareConstants } from '../../../src/passes/tflite/share-constants.ts';
import { describeWithReference, referenceBytes, referenceModels } from '../../support/reference.ts';
import { activation, countingBytes, kitchenSink, tfliteGraph, tfliteOperator } from '../../support/tflite-models.ts';
import { differences } from './same-outputs.ts';

const constant = (name: string, data: Uint8Array, parts: Partial<Tensor> = {}): Tensor => ({
  name,
  dtype: 'int8',
  shape: [data.length],
  data,
  ...parts,
});
const words = (...values: readonly number[]) => new Uint8Array(Int32Array.from(values).buffer);
const names = (graph: Graph) => graph.tensors.map(({ name }) => name);

describe('shareConstants', () => {
  it('makes equal bytes one object, across shapes, subgraphs and metadata', () => {
    const graph = shareConstants(
      tfliteGraph({
        tensors: [
          constant('a', countingBytes(6)),
          constant('b', countingBytes(6), { shape: [2, 3] }),
          constant('c', countingBytes(6, 1)),
        ],
        subgraphs: [tfliteGraph({ tensors: [constant('d', countingBytes(6))] })],
        extras: { metadata: [{ name: 'm', data: countingBytes(6) }] },
      }),
    );
    const [a, b, c] = graph.tensors.map(({ data }) => data);
    expect(b).toBe(a);
    expect(graph.subgraphs[0]?.tensors[0]?.data).toBe(a);
    expect(modelExtras(graph).metadata?.[0]?.data).toBe(a);
    expect(c).not.toBe(a);
    expect(c).toEqual(countingBytes(6, 1));
  });

  it('writes them once', () => {
    const tensors = Array.from({ length: 5 }, () => constant('', countingBytes(200)));
    const before = writeTflite(tfliteGraph({ tensors })).length;
    expect(writeTflite(shareConstants(tfliteGraph({ tensors }))).length).toBeLessThan(before - 4 * 200);
  });
});

describe('mergeConstants', () => {
  const scaled = { quantization: { scale: [2], zeroPoint: [0], axis: 0 } };
  const graph = tfliteGraph({
    tensors: [
      constant('first', countingBytes(4)),
      constant('same', countingBytes(4)),
      constant('scaled', countingBytes(4), scaled),
      constant('shaped', countingBytes(4), { shape: [2, 2] }),
      constant('result', countingBytes(4)),
    ],
    operators: [tfliteOperator('ADD_N', { inputs: [0, 1, 2, 3, 4, null], outputs: [] })],
    outputs: [4],
  });
  it('lets operators read the first of those that are alike in everything', () => {
    expect(mergeConstants(graph).operators[0]?.inputs).toEqual([0, 0, 2, 3, 4, null]);
  });
});

describe('removeUnusedTensors', () => {
  const allocation = { name: 'OfflineMemoryAllocation', data: words(0, 0, 4, 0, -1, 64, 128) };
  const quantized = (scales: number): Tensor => ({
    ...activation('in', [1]),
    extras: {
      quantization: {
        details: { type: 'BlockwiseQuantization', value: { scales, zero_points: -1, block_size: 1 } },
        quantized_dimension: 0,
      },
    },
  });
  const graph = tfliteGraph({
    tensors: [quantized(3), activation('unused', [1]), activation('out', [1]), constant('scales', countingBytes(2))],
    operators: [tfliteOperator('LOGISTIC', { inputs: [0], outputs: [2] })],
    inputs: [0],
    outputs: [2],
    extras: {
      metadata: [allocation],
      signatures: [{ key: 's', subgraph: 0, inputs: [], outputs: [{ name: 'y', tensor: 2 }] }],
    },
  });
  it('numbers everything that names tensors anew', () => {
    const smaller = removeUnusedTensors(graph);
    expect(names(smaller)).toEqual(['in', 'out', 'scales']);
    expect(smaller.tensors[0]).toEqual(quantized(2));
    expect(smaller.operators[0]).toMatchObject({ inputs: [0], outputs: [1] });
    expect(smaller).toMatchObject({ inputs: [0], outputs: [1] });
    expect(modelExtras(smaller)).toEqual({
      metadata: [{ name: allocation.name, data: words(0, 0, 3, 0, 64, 128) }],
      signatures: [{ key: 's', subgraph: 0, inputs: [], outputs: [{ name: 'y', tensor: 1 }] }],
    });
  });
  it('leaves a model alone whose allocation it cannot read', () => {
    const odd = { ...graph, extras: { metadata: [{ name: allocation.name, data: words(0, 0, 9, 0) }] } };
    expect(removeUnusedTensors(odd)).toBe(odd);
  });
});

describe('removeDeadOperators', () => {
  const tensors = [
    activation('in', [1]),
    activation('a', [1]),
    activation('b', [1]),
    activation('out', [1]),
    activation('state', [1], { variable: true }),
  ];
  it.each([
    ['keeps what leads to an output', tfliteOperator('TANH', { inputs: [0], outputs: [3] }), true],
    ['removes what leads nowhere', tfliteOperator('TANH', { inputs: [0], outputs: [1] }), false],
    ['keeps custom operators', tfliteOperator('x', { domain: 'custom', inputs: [0], outputs: [1] }), true],
    ['keeps unknown operators', tfliteOperator('UNKNOWN_999', { inputs: [0], outputs: [1] }), true],
    ['keeps control flow', tfliteOperator('WHILE', { inputs: [0], outputs: [1] }), true],
    ['keeps assignments', tfliteOperator('ASSIGN_VARIABLE', { inputs: [0, 1] }), true],
    ['keeps random numbers', tfliteOperator('RANDOM_UNIFORM', { inputs: [0], outputs: [1] }), true],
    ['keeps what has a variable tensor', tfliteOperator('SVDF', { inputs: [0, 4], outputs: [1] }), true],
  ])('%s', (_, operator, kept) => {
    const graph = removeDeadOperators(tfliteGraph({ tensors, operators: [operator], inputs: [0], outputs: [3] }));
    expect(graph.operators).toEqual(kept ? [operator] : []);
  });
  it('removes chains', () => {
    const operators = [
      tfliteOperator('TANH', { inputs: [0], outputs: [1] }),
      tfliteOperator('TANH', { inputs: [1], outputs: [2] }),
      tfliteOperator('TANH', { inputs: [0], outputs: [3] }),
    ];
    const graph = removeDeadOperators(tfliteGraph({ tensors, operators, inputs: [0], outputs: [3] }));
    expect(graph.operators).toEqual([operators[2]]);
  });
});

describe('removeUnusedSubgraphs', () => {
  const whileLoop = (condition: number, body: number) =>
    tfliteOperator('WHILE', {
      attributes: {
        cond_subgraph_index: { kind: 'int', value: condition },
        body_subgraph_index: { kind: 'int', value: body },
      },
    });
  const subgraph = (name: string, ...operators: Graph['operators']) => tfliteGraph({ name, operators });
  const graph = tfliteGraph({
    operators: [whileLoop(2, 3)],
    subgraphs: [
      subgraph('unused'),
      subgraph('condition'),
      subgraph('body', whileLoop(2, 5)),
      subgraph('unused too'),
      subgraph('inner'),
      subgraph('entry'),
    ],
    extras: { signatures: [{ key: 'e', subgraph: 6, inputs: [], outputs: [] }] },
  });
  it('keeps what operators and signatures reach, and numbers it anew', () => {
    const smaller = removeUnusedSubgraphs(graph);
    expect(smaller.subgraphs.map(({ name }) => name)).toEqual(['condition', 'body', 'inner', 'entry']);
    expect(smaller.operators).toEqual([whileLoop(1, 2)]);
    expect(smaller.subgraphs[1]?.operators).toEqual([whileLoop(1, 3)]);
    expect(modelExtras(smaller).signatures?.[0]?.subgraph).toBe(4);
  });
  it('leaves a model with custom operators alone', () => {
    const opaque = { ...graph, operators: [...graph.operators, tfliteOperator('x', { domain: 'custom' })] };
    expect(removeUnusedSubgraphs(opaque)).toBe(opaque);
  });
});

describe('what no runtime reads', () => {
  it('is removed from the file: description, debug metadata, what follows the model', () => {
    const heeded = [
      { name: 'min_runtime_version', data: countingBytes(16) },
      { name: 'OfflineMemoryAllocation', data: words(0, 0, 0) },
    ];
    const graph = removeMetadata(
      tfliteGraph({
        operators: [tfliteOperator('ADD', { extras: { debugMetadataIndex: 3, options: null } })],
        extras: {
          description: 'MLIR Converted.',
          metadata: [{ name: 'CONVERSION_METADATA', data: countingBytes(90) }, ...heeded],
          metadataBuffers: [countingBytes(3)],
          trailingBytes: countingBytes(9),
          debugMetadataIndex: 0,
        },
      }),
    );
    expect(graph.extras).toEqual({ metadata: heeded });
    expect(graph.operators[0]?.extras).toEqual({ options: null });
  });
  it('is removed from tensors: ranges, and signatures that only repeat the shape', () => {
    const graph = removeTrainingRanges(
      tfliteGraph({
        tensors: [
          activation('a', [1, 2], {
            quantization: { scale: [1], zeroPoint: [0], axis: 0, min: [-1], max: [1] },
            extras: { shapeSignature: [1, 2] },
          }),
          activation('b', [1, 2], { extras: { shapeSignature: [-1, 2], hasRank: true } }),
        ],
      }),
    );
    expect(graph.tensors[0]).toEqual({
      name: 'a',
      dtype: 'int8',
      shape: [1, 2],
      quantization: { scale: [1], zeroPoint: [0], axis: 0 },
    });
    expect(graph.tensors[1]?.extras).toEqual({ shapeSignature: [-1, 2], hasRank: true });
  });
  it('is removed from the lists: unused buffers and operator codes', () => {
    const { unusedBuffers: _, unusedOperatorCodes: __, ...rest } = modelExtras(kitchenSink());
    expect(removeUnusedEntries(kitchenSink()).extras).toEqual(rest);
  });
});

describeWithReference('optimizeTflite on every reference .tflite', () => {
  const models = referenceModels().filter(({ format }) => format === 'tflite');
  it('keeps inputs and outputs, is stable, is read back, adds no work, and never grows a file', () => {
    let before = 0;
    let after = 0;
    for (const model of models) {
      const bytes = referenceBytes(model);
      const graph = readTflite(bytes, model.file);
      const optimized = optimizeTflite(graph);
      const written = writeTflite(optimized);
      const ends = (whole: Graph) =>
        [...whole.inputs, ...whole.outputs].map((id) => [whole.tensors[id]?.name, whole.tensors[id]?.shape]);
      expect(ends(optimized)).toEqual(ends(graph));
      expect(optimized.operators.length).toBeLessThanOrEqual(graph.operators.length);
      expect(graphMacs(optimized)).toBeLessThanOrEqual(graphMacs(graph));
      expect(isDeepStrictEqual(optimizeTflite(optimized), optimized), model.file).toBe(true);
      expect(isDeepStrictEqual({ ...readTflite(written, model.file), notes: graph.notes }, optimized), model.file).toBe(
        true,
      );
      expect(written.length, model.file).toBeLessThanOrEqual(bytes.length);
      before += bytes.length;
      after += written.length;
    }
    console.log(`lossless passes: ${before} -> ${after} bytes over ${models.length} models`);
    expect(after).toBeLessThan(0.94 * before);
  }, 120_000);

  const changed = models.flatMap((model) => {
    const graph = readTflite(referenceBytes(model), model.file);
    const optimized = optimizeTflite(graph);
    const work = ({ operators }: Graph) => operators.map(({ type, attributes }) => [type, attributes]);
    const isChanged = graphMacs(optimized) < graphMacs(graph) || !isDeepStrictEqual(work(optimized), work(graph));
    return isChanged ? [{ file: model.file, graph, optimized }] : [];
  });
  it.each(changed)(
    'keeps every output bit of $file',
    ({ graph, optimized }) => {
      let count: number;
      try {
        count = differences(graph, optimized, graphMacs(graph) > 20_000_000 ? 1 : 2);
      } catch (error) {
        // What the device refuses before, it refuses after.
        expect(error).toBeInstanceOf(UserError);
        expect(() => openInterpreter(optimized)).toThrow(UserError);
        return;
      }
      expect(count).toBe(0);
    },
    60_000,
  );

  it("halves the work of MLPerf Tiny's visual wake words", () => {
    const vww = changed.find(({ file }) => file.endsWith('vww_96_int8.tflite'));
    if (vww === undefined) throw new Error('vww_96_int8.tflite is unchanged');
    expect(graphMacs(vww.graph)).toBe(7_489_664);
    // 971 of its 1488 pointwise channels have no weight but zero: the reference's estimators.md, section 7.
    expect(graphMacs(vww.optimized)).toBeLessThan(3_740_000);
    const weightBytes = vww.optimized.tensors.reduce(
      (sum, { dtype, data }) => sum + (dtype === 'int8' ? (data?.length ?? 0) : 0),
      0,
    );
    expect(weightBytes).toBeLessThan(31_000);
  });
});
