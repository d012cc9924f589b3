import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { encode } from '../../src/formats/onnx/encode.ts';
import { writeOnnx } from '../../src/formats/onnx/write.ts';
import { writeTflite } from '../../src/formats/tflite/write.ts';
import type { Graph, Tensor } from '../../src/graph/graph.ts';
import { openInterpreter } from '../../src/kernels/run-graph.ts';
import { openModel } from '../../src/measuring/measure.ts';
import { foldConstants } from '../../src/passes/fold-constants.ts';
import { simplifyOnnx } from '../../src/passes/simplify.ts';
import { resolveTarget } from '../../src/targets/load.ts';
import { modelWay } from '../fuzz/formats/model-way.ts';
import { onnxGraph } from '../support/onnx-graphs.ts';
import { tfliteGraph, tfliteOperator } from '../support/tflite-models.ts';

const targets = ['raspberry-pi-4/onnxruntime', 'nucleo-l4r5zi/tflm'].map((name) => resolveTarget(name));
const estimated = ['corstone-300/ethos-u', 'imx93-evk/ethos-u', 'raspberry-pi-4/litert'].map((name) =>
  resolveTarget(name),
);
const throughTheGate = (bytes: Uint8Array, file: string) => modelWay(bytes, file, targets, estimated);
const quantization = { scale: [0.1], zeroPoint: [0], axis: 0 };
const int8 = (name: string, shape: readonly number[], data?: Uint8Array): Tensor => ({
  name,
  dtype: 'int8',
  shape,
  quantization,
  ...(data === undefined ? {} : { data }),
});

describe('a shape of billions of elements', () => {
  const shape = [1, 32_000, 32_000, 4];

  it('is a figure, not an allocation', async () => {
    const tflite = tfliteGraph({
      tensors: [int8('x', shape), int8('y', shape), int8('z', shape)],
      operators: [
        tfliteOperator('RELU', { inputs: [0], outputs: [1] }),
        tfliteOperator('ADD', { inputs: [0, 1], outputs: [2] }),
      ],
      inputs: [0],
      outputs: [2],
    });
    expect(await throughTheGate(writeTflite(tflite), 'a.tflite')).toBe('read');
    expect(() => openInterpreter(tflite)).toThrow(/the gate runs models of at most/);
    const g = onnxGraph(17);
    const x = g.input('x', [1, 4, 32_000, 32_000]);
    const onnx = writeOnnx(g.build(g.op('Add', [g.op('Relu', [x]), x])));
    expect(await throughTheGate(onnx, 'a.onnx')).toBe('read');
  });

  it('is refused when the file claims to hold them, or when nothing can', () => {
    const tensor = { name: 'w', dims: [2 ** 30], dataType: 1, rawData: new Uint8Array(16) };
    const bytes = encode('ModelProto', { irVersion: 8, graph: { name: 'g', initializer: [tensor] } });
    expect(() => openModel(bytes, 'a.onnx')).toThrow(UserError);
    expect(() =>
      openModel(writeTflite(tfliteGraph({ tensors: [int8('x', [2 ** 31 - 1, 1000])] })), 'a.tflite'),
    ).toThrow(UserError);
  });
});

describe('cycles', () => {
  it('of operators', async () => {
    const info = (name: string) => ({ name, type: { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 2 }] } } } });
    const onnx = encode('ModelProto', {
      irVersion: 8,
      opsetImport: [{ domain: '', version: 17 }],
      graph: {
        name: 'g',
        input: [info('x')],
        output: [info('b')],
        node: [
          { opType: 'Add', input: ['x', 'b'], output: ['a'] },
          { opType: 'Relu', input: ['a'], output: ['b'] },
        ],
      },
    });
    await expect(throughTheGate(onnx, 'a.onnx')).rejects.toThrow(UserError);
    const tflite = tfliteGraph({
      tensors: [int8('x', [4]), int8('a', [4]), int8('b', [4])],
      operators: [
        tfliteOperator('ADD', { inputs: [0, 2], outputs: [1] }),
        tfliteOperator('RELU', { inputs: [1], outputs: [2] }),
        tfliteOperator('RELU', { inputs: [2], outputs: [2] }),
      ],
      inputs: [0],
      outputs: [2],
    });
    await throughTheGate(writeTflite(tflite), 'a.tflite').catch((error: unknown) =>
      expect(error).toBeInstanceOf(UserError),
    );
  });

  it('of subgraphs that run themselves and one another', async () => {
    const loop = (body: number): Graph =>
      tfliteGraph({
        tensors: [
          { name: 'c', dtype: 'bool', shape: [1] },
          { name: 'd', dtype: 'bool', shape: [1] },
        ],
        operators: [
          tfliteOperator('WHILE', {
            inputs: [0],
            outputs: [1],
            attributes: {
              cond_subgraph_index: { kind: 'int', value: body },
              body_subgraph_index: { kind: 'int', value: body },
            },
          }),
        ],
        inputs: [0],
        outputs: [1],
      });
    for (const subgraphs of [[], [loop(0)], [loop(2), loop(1)]]) {
      const graph: Graph = { ...loop(subgraphs.length), subgraphs };
      await throughTheGate(writeTflite(graph), 'a.tflite').catch((error: unknown) =>
        expect(error).toBeInstanceOf(UserError),
      );
      expect(() => openInterpreter(graph)).toThrow(UserError);
    }
  });
});

describe('constants that folding would blow up', () => {
  const constantBytes = (graph: Graph) => graph.tensors.reduce((sum, { data }) => sum + (data?.byteLength ?? 0), 0);

  it.each(['ConstantOfShape', 'Expand', 'Tile', 'Range'])('by %s, again and again', (type) => {
    const g = onnxGraph(17);
    const x = g.input('x', [1]);
    const outputs = Array.from({ length: 40 }, (_, index) => {
      const shape = g.constant(`s${index}`, [1], [2 ** 24 - index], 'int64');
      const one = g.constant(`o${index}`, [1], [1]);
      const made =
        type === 'ConstantOfShape'
          ? g.op(type, [shape])
          : type === 'Range'
            ? g.op(type, [
                g.constant(`r${index}`, [], [0]),
                g.constant(`t${index}`, [], [2 ** 24 - index]),
                g.constant(`d${index}`, [], [1]),
              ])
            : g.op(type, [one, shape]);
      return g.op('Add', [made, x]);
    });
    const graph = g.build(...outputs);
    expect(constantBytes(foldConstants(graph))).toBeLessThanOrEqual(2 ** 28);
    expect(constantBytes(simplifyOnnx(graph))).toBeLessThanOrEqual(2 ** 28);
    expect(() => openModel(writeOnnx(graph), 'a.onnx')).not.toThrow();
  });

  it('by doubling what was made before', () => {
    const g = onnxGraph(17);
    let grown = g.constant('seed', [2], [1, 2]);
    for (let step = 0; step < 60; step++)
      grown = g.op('Concat', [grown, grown], { attributes: { axis: { kind: 'int', value: 0 } } });
    const graph = g.build(g.op('Add', [grown, g.input('x', [1])]));
    expect(constantBytes(simplifyOnnx(graph))).toBeLessThanOrEqual(2 ** 28);
  });

  it('by shapes that multiply', () => {
    const g = onnxGraph(17);
    let at = g.input('x', [2, 2]);
    for (let step = 0; step < 100; step++) at = g.op('Tile', [at, g.constant(`t${step}`, [2], [2, 2], 'int64')]);
    expect(() => openModel(writeOnnx(g.build(at)), 'a.onnx')).not.toThrow();
    expect(simplifyOnnx(g.build(at)).operators.length).toBeGreaterThan(0);
  });
});
