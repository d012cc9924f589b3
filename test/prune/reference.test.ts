import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readModel } from '../../src/formats/read-model.ts';
import { writeModel } from '../../src/formats/write-model.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { inferShapes } from '../../src/graph/infer-shapes.ts';
import { graphMacs } from '../../src/graph/macs.ts';
import { equalize } from '../../src/levers/equalize.ts';
import { simplifyOnnx } from '../../src/passes/simplify.ts';
import { optimizeTflite } from '../../src/passes/tflite/optimize.ts';
import { pruneChannels } from '../../src/prune/prune-channels.ts';
import { largestDifference, noiseData, outputsOf } from '../levers/networks.ts';
import { describeWithReference, referenceDirectory } from '../support/reference.ts';

const models = [
  'mlcommons+tiny_results_v1.3/closed/kai_jiang/code/vww/VCU128/models/vww_96_float.onnx',
  'mlcommons+tiny/benchmark/training/visual_wake_words/trained_models/vww_96_float.tflite',
  'STMicroelectronics+stm32ai-modelzoo-services/tutorials/notebooks/models/mobilenet_v2_128_0.5.onnx',
  'STMicroelectronics+stm32ai-modelzoo-services/common/onnx_utils/sample_models/st_ssd_mobilenet_v1_025_256.onnx',
  'microsoft+onnxruntime-inference-examples/mobile/examples/Xamarin/Models/Ultraface.version-RFB-320.onnx',
  'tum-ei-eda+mlonmcu-models/micro_kws_m_fp32/micro_kws_m_fp32.tflite',
];

function read(file: string): Graph {
  const graph = inferShapes(readModel(readFileSync(file), file).graph);
  return graph.dialect === 'onnx' ? inferShapes(simplifyOnnx(graph)) : optimizeTflite(graph);
}

describeWithReference('networks that people use', () => {
  it.each(models)(
    '%s: equalised it computes the same; at half its multiplications it still runs',
    async (name) => {
      const graph = read(path.join(referenceDirectory, 'models', name));
      const data = noiseData(graph, 1);
      const before = await outputsOf(graph, data);
      expect(largestDifference(before, await outputsOf(equalize(graph), data))).toBeLessThan(1e-5);
      const macs = graphMacs(graph);
      const pruned = pruneChannels(graph, { amount: { macs: macs / 2 }, criterion: 'l2' });
      expect(pruned.isReached).toBe(true);
      const again = inferShapes(readModel(writeModel(pruned.graph), name).graph);
      expect(graphMacs(again)).toBeLessThanOrEqual(macs / 2);
      const after = await outputsOf(again, data);
      expect(after.map(({ length }) => length)).toEqual(before.map(({ length }) => length));
      expect(after.every((values) => values.every(Number.isFinite))).toBe(true);
    },
    60_000,
  );
});
