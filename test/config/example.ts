/** The example that users are shown: every part of the grammar. */
export const example = `version: 1
targets:
  nano33:  { board: arduino-nano-33-ble, ram: 200 KiB, flash: 700 KiB }
  pi: raspberry-pi-4
models:
  - path: models/kws*.onnx
    use-case: keyword-spotting
    class: edge-ready
    recipe: int8
    calibration: data/kws-calibration.npz
    evaluation: { data: data/kws-test.npz, metric: top-1 }
    duty-cycle: { every: 1 s, battery: CR2032, sleep: 30 uW }
    dimensions: { batch: 1 }
budgets:
  - models: models/kws*
    targets: [nano33]
    peak-ram: { max: 64 KiB, max-increase: 2% }
    flash:    { max: 300 KiB, max-increase: 4 KiB, level: warn }
    latency:  { max: 20 ms }
    energy:   { max: 2 mJ }
    accuracy: { min: 90 %, max-drop: 0.5 pp }
    accelerated: { min: 95%, max-drop: 5 pp }
    average-power: { max: 1 mW, max-increase: 10% }
    duty: { max: 20 %, max-increase: [ 5%, 2 pp ] }
    battery: { min: 365 days, max-drop: 10% }
    parameters: { max: 250 k }
    model-size: { max-increase: [ 5%, 1 KiB ] }
schedule:
  - target: nano33
    policy: non-preemptive
    arenas: shared
    tasks:
      - { model: models/kws.onnx, every: 100 ms, deadline: 20 ms }
      - { model: models/gesture.onnx, every: 500 ms, jitter: 5 ms }
      - { name: radio, takes: 2 ms, every: 50 ms }
`;
