/** A line to copy for each command, as `--help` shows it. */
export const examples: Readonly<Record<string, string>> = {
  check: 'edge-ready check --base main --output build/edge-ready',
  measure: 'edge-ready measure models/kws.tflite --target nucleo-l4r5zi --every 1s --battery CR2032',
  compare: 'edge-ready compare old.tflite new.tflite --target nucleo-l4r5zi --html compare.html',
  optimize:
    'edge-ready optimize kws.onnx --target nucleo-l4r5zi --recipe int8 --calibration data.npz --output kws.tflite',
  sensitivity: 'edge-ready sensitivity kws-float.tflite --calibration data.npz',
  calibrate: 'edge-ready calibrate measured.json --target nucleo-l4r5zi --output boards/mine.yml',
  run: 'edge-ready run kws.tflite --input samples.npz --output answers.npz',
  schedule: 'edge-ready schedule --target nano33',
  targets: 'edge-ready targets imx93-evk',
  history: 'edge-ready history models/kws.onnx --target nano33 --metric peak-ram --since v1.2.0',
  init: 'edge-ready init --yes',
  inspect: 'edge-ready inspect models/kws.tflite',
  completion: 'edge-ready completion bash >> ~/.bash_completion',
  demo: 'edge-ready demo --output build/demo',
};
