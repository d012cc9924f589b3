import fc from 'fast-check';
import { expect, it } from 'vitest';
import { withOrtVersion } from '../../src/formats/ort/version.ts';
import { readModel } from '../../src/formats/read-model.ts';
import { writeModel } from '../../src/formats/write-model.ts';
import { emptyGraph } from '../../src/graph/empty-graph.ts';
import { inferShapes } from '../../src/graph/infer-shapes.ts';
import { modelText } from '../../src/inspect/model-text.ts';
import { anyNetwork, writeNetwork } from '../support/random-models.ts';
import { kitchenSink } from '../support/tflite-models.ts';

it('is the same for a model that was written and read again, a line per operator', () => {
  fc.assert(
    fc.property(anyNetwork(12), fc.constantFrom('onnx', 'tflite' as const), (network, dialect) => {
      const written = writeModel(writeNetwork(network, { dialect, step: dialect === 'tflite' ? 0.05 : undefined }));
      const graph = readModel(written, `model.${dialect}`).graph;
      const text = modelText(graph);
      expect(modelText(readModel(writeModel(graph), `model.${dialect}`).graph)).toBe(text);
      expect(text.split('\n').filter((line) => line.includes(' = '))).toHaveLength(network.length);
    }),
    { numRuns: 50 },
  );
});

it('has a line for everything in a model, and no control character of a name', () => {
  const graph = kitchenSink();
  const named = {
    ...graph,
    tensors: graph.tensors.map((tensor) => ({ ...tensor, name: `${tensor.name}\u001b[2J\n` })),
  };
  const text = modelText(inferShapes(named));
  expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  expect(text).toContain('subgraph 1:');
  expect(text).toMatch(/CONV_2D\(input.*int8 2×1×1×3 2 scales 0\.125 to 0\.25 \[/);
});

it.each([
  ['6', 'model: ONNX Runtime (.ort), format version 6'],
  [undefined, 'model: ONNX Runtime (.ort)'],
  ['\u001b[2J'.repeat(100), /^model: ONNX Runtime \(\.ort\), format version \P{Cc}{1,40}\n/u],
])('says of what ONNX Runtime saved that it is of its own format, and its version: %j', (version, title) => {
  const saved = withOrtVersion(emptyGraph('onnx', 'main'), version);
  expect(modelText(saved)).toMatch(typeof title === 'string' ? `${title}\n` : title);
  expect(modelText(emptyGraph('onnx', 'main'))).toContain('model: ONNX\n');
});
