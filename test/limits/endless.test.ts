import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { inferShapes } from '../../src/graph/infer-shapes.ts';
import { mostRunElements, mostRunMacs, refuseEndless } from '../../src/graph/refuse-endless.ts';
import { measureModel, openModel } from '../../src/measuring/measure.ts';
import { recipeSchema } from '../../src/optimize/recipe.ts';
import { resolveTarget } from '../../src/targets/load.ts';
import { info, modelBytes, node } from '../formats/onnx/support.ts';

const floats = (count: number) =>
  new Uint8Array(Float32Array.from({ length: count }, (_, index) => Math.sin(index)).buffer);
const ints = (name: string, values: readonly number[]) => ({ name, type: 7, ints: [...values] });

/** A convolution over 1 × 3 × 8 × 8 with 3 × 3 kernels, as a file of a kilobyte can state it. */
function convolution(pads: readonly number[], filters = 4): Uint8Array {
  return modelBytes({
    name: 'g',
    input: [info('x', [1, 3, 8, 8])],
    output: [info('y', [1, filters, 1, 1])],
    node: [
      node('Conv', ['x', 'w'], 'wide', { attribute: [ints('pads', pads), ints('kernel_shape', [3, 3])] }),
      node('GlobalAveragePool', ['wide'], 'y'),
    ],
    initializer: [{ name: 'w', dims: [filters, 3, 3, 3], dataType: 1, rawData: floats(27 * filters) }],
  });
}

/** What both runtimes say of such a model whose integers need it to be run on random inputs. */
async function measured(pads: readonly number[], recipe: string, target: string): Promise<string> {
  const options = { recipe: recipeSchema.parse(recipe) };
  try {
    const { measurement } = await measureModel(openModel(convolution(pads), 'a.onnx'), resolveTarget(target), options);
    return measurement.deployable ? 'fits' : 'does not fit';
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

describe('models that would never end', () => {
  test.each([[[0, 3e7, 0, 0]], [[5000, 5000, 5000, 5000]], [[0, 1e9, 0, 1e9]], [[20_000, 20_000, 20_000, 20_000]]])(
    'paddings of %j are refused before the model is run for its integers',
    async (pads) => {
      for (const target of ['raspberry-pi-4/onnxruntime', 'nucleo-l4r5zi/tflm'])
        expect(await measured(pads, 'int8', target)).toMatch(/^The tensor "wide" has \d+ elements, more than|elements/);
    },
  );

  test('without a run there is nothing to refuse: a model that does not fit is measured as such', async () => {
    expect(await measured([5000, 5000, 5000, 5000], 'lossless', 'nucleo-l4r5zi/tflm')).not.toBe('fits');
  });

  test('paddings as they are used go through', async () => {
    expect(await measured([1, 1, 1, 1], 'int8', 'raspberry-pi-4/onnxruntime')).toBe('fits');
  });

  test.each([
    [16_374, false],
    [16_384, true],
  ])('at the boundary: an extent of %i is refused: %s', (extent, isRefused) => {
    // 4 channels of extent × 4096 after 3 × 3 kernels.
    const pads = [(extent - 8) / 2, 2045, (extent - 8) / 2 + 2 + (isRefused ? 1 : 0), 2047];
    const { graph } = openModel(convolution(pads), 'a.onnx');
    const wide = inferShapes(graph).tensors.find(({ name }) => name === 'wide');
    const elements = (wide?.shape ?? []).reduce<number>((product, each) => product * Number(each), 1);
    expect(elements > mostRunElements).toBe(isRefused);
    if (isRefused) expect(() => refuseEndless(graph)).toThrow(/has 2\d+ elements/);
    else expect(() => refuseEndless(graph)).not.toThrow();
  });

  test('too many multiply-accumulates in tensors of a size that is allowed are refused', () => {
    const pads = [4000, 4000, 4000, 4000];
    const graph = openModel(convolution(pads), 'a.onnx').graph;
    expect(() => refuseEndless(graph)).not.toThrow();
    const [conv, pool] = graph.operators;
    if (conv === undefined || pool === undefined) throw new Error('the model has two operators');
    // The same convolution again and again: each is an operator of a few bytes.
    const many = { ...graph, operators: [...Array.from({ length: Math.ceil(mostRunMacs / 6.8e9) }, () => conv), pool] };
    expect(() => refuseEndless(many)).toThrow(/^One inference takes 1\.\de\+12 multiply-accumulates/);
  });
});
