import { describe, expect, it } from 'vitest';
import { irVersionOf, opsetVersion, withOpset } from '../../../src/formats/onnx/opset.ts';
import { readOnnx } from '../../../src/formats/onnx/read.ts';
import { writeOnnx } from '../../../src/formats/onnx/write.ts';
import { expectRoundTrip, node, read, relu } from './support.ts';

describe('operator sets', () => {
  const nested = relu({
    node: [
      node('If', ['x'], 'y', {
        attribute: [{ name: 'then_branch', type: 5, g: { output: [{ name: 'r' }], node: [node('Abs', ['x'], 'r')] } }],
      }),
    ],
  });

  it('are found by domain, ai.onnx under either name', () => {
    const graph = read(relu(), {
      opsetImport: [
        { domain: 'ai.onnx', version: 12 },
        { domain: 'com.microsoft', version: 1 },
      ],
    });
    expect([opsetVersion(graph), opsetVersion(graph, 'com.microsoft'), opsetVersion(graph, 'ai.onnx.ml')]).toEqual([
      12,
      1,
      undefined,
    ]);
    expectRoundTrip(graph);
    expect(opsetVersion(withOpset(graph, '', 13))).toBe(13);
  });

  it('are raised with their operators, in nested graphs too', () => {
    const graph = withOpset(read(nested, { opsetImport: [{ version: 11 }], irVersion: 6 }), '', 21);
    const branch = graph.operators[0]?.attributes.then_branch;
    expect(graph.operators[0]?.version).toBe(21);
    expect(branch?.kind === 'graph' && branch.value.operators[0]?.version).toBe(21);
    expect(irVersionOf(graph)).toBe(10);
    expect(opsetVersion(readOnnx(writeOnnx(graph), 'b.onnx'))).toBe(21);
    expectRoundTrip(graph);
  });

  it('are added', () => {
    const graph = withOpset(read(relu()), 'com.microsoft', 1);
    expect([opsetVersion(graph), opsetVersion(graph, 'com.microsoft')]).toEqual([13, 1]);
    expectRoundTrip(graph);
  });

  it('never lower the IR version, and end the listing of initializers when they leave version 3', () => {
    const initializer = [{ name: 'w', dims: [1], dataType: 3, rawData: Uint8Array.of(1) }];
    const old = read(relu({ initializer }), { irVersion: 3, opsetImport: [{ version: 8 }] });
    const raised = readOnnx(writeOnnx(withOpset(old, '', 13)), 'b.onnx');
    expect(irVersionOf(raised)).toBe(7);
    expect(raised.tensors.some(({ extras }) => extras?.listedAsInput === true)).toBe(false);
    expect(irVersionOf(withOpset(read(relu(), { irVersion: 12 }), '', 13))).toBe(12);
  });
});
