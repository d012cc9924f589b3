import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { joinMeasurement } from '../../../src/measuring/join-measurement.ts';
import { openModel } from '../../../src/measuring/measure.ts';
import { committed } from '../../../src/optimize/recipe.ts';
import { runtimeOf } from '../../../src/runtimes/registry.ts';
import { parseBoard, targetOn } from '../../../src/targets/load.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { documentFuzzer } from './documents.ts';
import { expectReport } from './model-way.ts';

const boards = ['nucleo-l4r5zi', 'raspberry-pi-4', 'imx93-evk', 'esp32-s3', 'jetson-orin-nano', 'stm32n6570-dk'];

/** Boards of the user's own: each runtime of what is read estimates a model, and the figures have to be a report's. */
export function boardFuzzer(): Fuzzer {
  const models = ['tflite', 'onnx'].map((extension) => {
    const file = extension === 'onnx' ? 'digits.onnx' : 'digits-int8.tflite';
    return openModel(new Uint8Array(readFileSync(`fixtures/digits/base/${file}`)), file);
  });
  return documentFuzzer({
    name: 'board',
    extension: 'yml',
    trees: boards.map((id) => parse(readFileSync(`src/targets/boards/${id}.yml`, 'utf8')) as unknown),
    write: (tree) => {
      try {
        return stringify(tree);
      } catch {
        return JSON.stringify(tree) ?? '';
      }
    },
    run: (bytes) => {
      const board = parseBoard(new TextDecoder().decode(bytes), 'boards/own.yml');
      for (const name of Object.keys(board.runtimes)) {
        const target = targetOn(board, name, 'own', {});
        const runtime = runtimeOf(name);
        const model = models.find(({ format }) => runtime.loads.includes(format));
        if (model === undefined) continue;
        // Not by `measureModel`, which would ask for the target's own compiler.
        const estimate = runtime.estimate(model, target);
        const known = { ...estimate, accuracy: null, findings: [...estimate.findings] };
        const measurement = joinMeasurement(model, target, { artifact: model, recipe: committed }, known);
        expectReport({ measurement }, target);
      }
      return 'estimated';
    },
  });
}
