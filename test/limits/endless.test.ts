import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import type { Graph, Tensor } from '../../src/graph/graph.ts';
import { inferShapes } from '../../src/graph/infer-shapes.ts';
import { mostRunElements, mostRunWork, refuseEndless } from '../../src/graph/refuse-endless.ts';
import { graphWork } from '../../src/graph/work.ts';
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
  test.each([
    [[0, 3e7, 0, 0]],
    [[1500, 1500, 1500, 1500]],
    [[5000, 5000, 5000, 5000]],
    [[0, 1e9, 0, 1e9]],
    [[20_000, 20_000, 20_000, 20_000]],
  ])('paddings of %j are refused before the model is run for its integers', async (pads) => {
    for (const target of ['raspberry-pi-4/onnxruntime', 'nucleo-l4r5zi/tflm'])
      expect(await measured(pads, 'int8', target)).toMatch(
        /^The tensor "wide" has \d+ elements, more than|^One inference takes the work of|elements/,
      );
  });

  test('without a run there is nothing to refuse: a model that does not fit is measured as such', async () => {
    expect(await measured([5000, 5000, 5000, 5000], 'lossless', 'nucleo-l4r5zi/tflm')).not.toBe('fits');
  });

  test('paddings as they are used go through', async () => {
    expect(await measured([1, 1, 1, 1], 'int8', 'raspberry-pi-4/onnxruntime')).toBe('fits');
  });

  test.each([
    [16_374, false],
    [16_384, true],
  ])('at the boundary of tensors: an extent of %i is refused: %s', (extent, isRefused) => {
    // 4 channels of extent × 4096 after 3 × 3 kernels.
    const pads = [(extent - 8) / 2, 2045, (extent - 8) / 2 + 2 + (isRefused ? 1 : 0), 2047];
    const graph = withWeights(openModel(convolution(pads), 'a.onnx').graph, 2 ** 20);
    const wide = inferShapes(graph).tensors.find(({ name }) => name === 'wide');
    const elements = (wide?.shape ?? []).reduce<number>((product, each) => product * Number(each), 1);
    expect(elements > mostRunElements).toBe(isRefused);
    if (isRefused) expect(() => refuseEndless(graph)).toThrow(/has 2\d+ elements/);
    else expect(() => refuseEndless(graph)).not.toThrow();
  });

  test('the same work is refused for weights of some bytes and done for as many as a network has', () => {
    const { graph } = openModel(convolution([1500, 1500, 1500, 1500]), 'a.onnx');
    const asked = graphWork(inferShapes(graph));
    // 27 multiply-accumulates for each of 4 × 3006 × 3006 elements, and what it takes to write them.
    expect(asked).toBeGreaterThan(27 * 4 * 3006 ** 2);
    expect(() => refuseEndless(graph)).toThrow(
      /^One inference takes the work of 1\.\de\+9 .* with 432 bytes of weights/,
    );
    const enough = Math.ceil((asked - mostRunWork(graph)) / 2 ** 19);
    expect(() => refuseEndless(withWeights(graph, enough - 1))).toThrow(UserError);
    expect(() => refuseEndless(withWeights(graph, enough))).not.toThrow();
  });

  test('no weights are enough for an inference of minutes', () => {
    const graph = withWeights(openModel(convolution([4000, 4000, 4000, 4000]), 'a.onnx').graph, 2 ** 22);
    expect(() => refuseEndless(graph)).not.toThrow();
    const [conv, pool] = graph.operators;
    if (conv === undefined || pool === undefined) throw new Error('the model has two operators');
    // The same convolution again and again: each is an operator of a few bytes.
    const many = { ...graph, operators: [...Array.from({ length: 160 }, () => conv), pool] };
    expect(() => refuseEndless(many)).toThrow(/^One inference takes the work of 1\.\de\+12 multiply-accumulates/);
  });

  test('many tensors that show the same bytes do not count as many weights', () => {
    const { graph } = openModel(convolution([1500, 1500, 1500, 1500]), 'a.onnx');
    const weights = graph.tensors.find(({ name }) => name === 'w');
    if (weights === undefined) throw new Error('the model has weights');
    const data = weights.data?.slice() ?? new Uint8Array(0);
    const again = Array.from({ length: 1000 }, (_, index) => ({ ...weights, name: `w${index}`, data }));
    expect(() => refuseEndless({ ...graph, tensors: [...graph.tensors, ...again] })).toThrow(/^One inference/);
  });
});

/** The graph with so many bytes of constants more. */
function withWeights(graph: Graph, bytes: number): Graph {
  const constant: Tensor = { name: 'more', dtype: 'uint8', shape: [bytes], data: new Uint8Array(bytes) };
  return { ...graph, tensors: [...graph.tensors, constant] };
}

describe('pools', () => {
  const pool = (extent: number): Uint8Array =>
    modelBytes({
      name: 'g',
      input: [info('x', [1, 3, 8, 8])],
      output: [info('y', [1, 3, extent, extent])],
      node: [
        node('MaxPool', ['x'], 'y', {
          attribute: [ints('pads', Array(4).fill(extent - 8)), ints('kernel_shape', [extent - 7, extent - 7])],
        }),
      ],
    });

  test.each([
    [100, false],
    [2000, true],
  ])('with windows of %i pixels and paddings as wide are refused: %s', (extent, isRefused) => {
    const check = () => refuseEndless(openModel(pool(extent), 'a.onnx').graph);
    if (isRefused) expect(check).toThrow(/^One inference takes the work of/);
    else expect(check).not.toThrow();
  });
});

describe('loops', () => {
  const scalar = (name: string, type: number) => info(name, [], type);
  /** A loop of one multiplication, with so many turns at most, or none said. */
  const loop = (most: bigint | undefined): Uint8Array =>
    modelBytes({
      name: 'g',
      input: [info('x', [1])],
      output: [info('y', [1])],
      node: [
        node('Loop', [most === undefined ? '' : 'M', 'c', 'x'], 'y', {
          attribute: [
            {
              name: 'body',
              type: 5,
              g: {
                name: 'body',
                input: [scalar('i', 7), scalar('on', 9), info('v', [1])],
                output: [scalar('still', 9), info('w', [1])],
                node: [node('Identity', ['on'], 'still'), node('Mul', ['v', 'v'], 'w')],
              },
            },
          ],
        }),
      ],
      initializer: [
        { name: 'c', dims: [], dataType: 9, rawData: Uint8Array.of(1) },
        ...(most === undefined
          ? []
          : [{ name: 'M', dims: [], dataType: 7, rawData: new Uint8Array(BigInt64Array.of(most).buffer) }]),
      ],
    });

  test.each([
    [1000n, undefined],
    [2n ** 30n, /^One inference takes the work of/],
    [2n ** 63n - 1n, /^A Loop of the model has no most turns/],
    [undefined, /^A Loop of the model has no most turns/],
  ])('of %s turns', (most, refused) => {
    const check = () => refuseEndless(openModel(loop(most), 'a.onnx').graph);
    if (refused === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(refused);
  });
});
