import type { Files } from '../support/git-repository.ts';

/** Two models, each on a target of its own, with a budget that the fixtures' changes break. */
export const configuration = `version: 1
targets:
  nano33: { board: arduino-nano-33-ble, ram: 128 KiB, flash: 512 KiB }
  pi4: { board: raspberry-pi-4/onnxruntime }
models:
  - path: models/digits.tflite
    targets: [nano33]
  - path: models/digits.onnx
    targets: [pi4]
    evaluation: { data: data/evaluation.npz, metric: top-1 }
budgets:
  - models: models/digits.tflite
    targets: [nano33]
    flash: { max-increase: 1 KiB }
  - models: models/digits.onnx
    targets: [pi4]
    accuracy: { max-drop: 1 pp }
`;

/** What the base commit of each repository has. */
export const base: Files = {
  'edge-ready.yml': { text: configuration },
  'models/digits.tflite': { fixture: 'base/digits-int8.tflite' },
  'models/digits.onnx': { fixture: 'base/digits.onnx' },
  'data/evaluation.npz': { fixture: 'evaluation.npz' },
};
export const wider: Files = { 'models/digits.tflite': { fixture: 'wider/digits-int8.tflite' } };
export const narrow: Files = { 'models/digits.tflite': { fixture: 'base/digits-int8.tflite' } };
export const worse: Files = { 'models/digits.onnx': { fixture: 'worse/digits.onnx' } };
