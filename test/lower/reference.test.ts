import { expect, it } from 'vitest';
import { readOnnx } from '../../src/formats/onnx/read.ts';
import { inferShapes } from '../../src/graph/infer-shapes.ts';
import { isQuantized } from '../../src/quantize/is-quantized.ts';
import { describeWithReference, referenceBytes, referenceModels } from '../support/reference.ts';
import { differenceToOnnxRuntime, lowered, loweredTypes, tolerance } from './lowered.ts';

/** What cannot be lowered, and why. */
const refused: Readonly<Record<string, RegExp>> = {
  If_p2_11: /SequenceConstruct/,
  pytorch_superresolution: /DecodeImage/,
  // An invalid model: dense layers on integers without scales.
  toycar: /matrices of int8/,
};

/** ONNX Runtime does not load these, or writes over constants that two inputs share (BatchNormalization in training mode). */
const notCompared = ['onnx_mnist', 'BatchNorm'];

/** Time steps, frames and test networks that take minutes here. */
const slow = ['STFT', 'light_', 'Attention'];

/** Channel shuffles move channels; an image that is turned is moved; frequencies are asked for first. */
const transposes: Readonly<Record<string, number>> = { light_shufflenet: 16, yamnet: 1, STFT: 1 };

const models = referenceModels().filter(({ format }) => format === 'onnx');

describeWithReference('lowering the reference models', () => {
  it.each(models.map((model) => [model.file, model] as const))('%s', { timeout: 60_000 }, async (file, model) => {
    const named = (names: Readonly<Record<string, unknown>>) => Object.keys(names).find((name) => file.includes(name));
    const graph = inferShapes(readOnnx(referenceBytes(model), file));
    const why = refused[named(refused) ?? ''];
    if (why !== undefined) {
      expect(() => lowered(graph)).toThrow(why);
      return;
    }
    const result = lowered(graph);
    expect(loweredTypes(result).filter((type) => type === 'TRANSPOSE').length).toBe(
      transposes[named(transposes) ?? ''] ?? 0,
    );
    if ([...notCompared, ...slow].some((name) => file.includes(name))) return;
    // Integers are rounded in other places than floats that are rounded to integers.
    expect(await differenceToOnnxRuntime(graph, result, 5)).toBeLessThanOrEqual(isQuantized(graph) ? 0.1 : tolerance);
  });
});
