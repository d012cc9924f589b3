import { expect, it } from 'vitest';
import { candidateRecipes } from '../../src/fit/candidates.ts';
import { writeOnnx } from '../../src/formats/onnx/write.ts';
import { recipeText } from '../../src/optimize/recipe.ts';
import { resolveTarget } from '../../src/targets/load.ts';
import { smallNetwork } from '../quantize/small-network.ts';

it.each([
  [
    'raspberry-pi-4/onnxruntime',
    ['lossless', 'int8', 'int8+prune-channels=30%', 'lossless+prune-channels=30%'],
    ['int16x8', 'int8+mixed=30dB', 'int8+prune-weights=50%'],
  ],
  ['jetson-orin-nano/tensorrt', ['lossless', 'int8', 'lossless+prune-channels=30%'], ['int16x8', 'int8+encode']],
  [
    'nucleo-l4r5zi/tflm',
    ['int16x8', 'int8+mixed=30dB', 'int8+encode', 'int8+cluster=4bit+encode', 'int8+prune-weights=50%+encode'],
    ['lossless+prune-channels=30%', 'int8+prune-weights=50%'],
  ],
  ['imx93-evk/ethos-u', ['int8+prune-weights=50%', 'int8+cluster=4bit'], ['int8+prune-weights=50%+encode']],
] as const)('recipes for %s are ones that its runtime takes', (id, has, lacks) => {
  const graph = smallNetwork();
  const model = { path: 'm.onnx', format: 'onnx' as const, bytes: writeOnnx(graph), graph };
  const recipes = candidateRecipes(model, resolveTarget(id)).map(recipeText);
  expect(recipes).toEqual(expect.arrayContaining([...has]));
  for (const recipe of lacks) expect(recipes).not.toContain(recipe);
});
