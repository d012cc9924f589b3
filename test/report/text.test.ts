import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { renderComparisonText } from '../../src/report/comparison-text.ts';
import { renderMeasurementText } from '../../src/report/measurement-text.ts';
import { renderText } from '../../src/report/text.ts';
import { budget, comparison, KiB, measurement, narrowModel, report, wideModel } from '../support/measurements.ts';

const wide = comparison({
  base: { measurement: narrowModel() },
  head: { measurement: wideModel() },
  budgets: [budget('peakRam', { kind: 'max', value: 64 * KiB }), budget('energy', { kind: 'max', value: 2 })],
});

describe('the terminal', () => {
  it('check', () => {
    expect(renderText(report([comparison({ target: { name: 'esp32', id: 'x' } }), wide]))).toMatchInlineSnapshot(`
      "FAIL  models/kws.onnx no longer fits nano33: peak RAM 71.2 KiB > 64 KiB (+18.5 %, from conv_3: 64 → 96 channels)

                           Base       Head   Change  Limit
      models/kws.onnx on nano33: fail
      fail  Peak RAM   60.1 KiB   71.2 KiB  +18.5 %  ≤ 64 KiB
            Flash     ≈ 120 KiB  ≈ 131 KiB   +9.2 %
            Latency   ≈ 18.2 ms  ≈ 21.4 ms  +17.6 %
            Energy     ≈ 364 µJ   ≈ 428 µJ  +17.6 %  ≤ 2 mJ
            Accuracy     91.3 %     91.3 %       ±0

      1 unchanged

      models/kws.onnx on nano33
        fail: peak RAM 71.2 KiB > 64 KiB (edge-ready.yml:12)
          +10 KiB from conv_3: 64 → 96 channels
          +1.1 KiB from other memory: placement of buffers and the runtime's own structures

      ≈ marks an estimate; "edge-ready measure MODEL --target T" shows how each number was obtained.
      "
    `);
  });

  it('compare', () => {
    expect(renderComparisonText(wide)).toMatchInlineSnapshot(`
      "models/kws.onnx on nano33 (arduino-nano-33-ble/tflm): fail

      Wider: conv_3 64 → 96 channels.

                     Base       Head     Change
      Peak RAM   60.1 KiB   71.2 KiB  +11.1 KiB  +18.5 %
      Flash     ≈ 120 KiB  ≈ 131 KiB    +11 KiB   +9.2 %
      Latency   ≈ 18.2 ms  ≈ 21.4 ms   +3.20 ms  +17.6 %
      Energy     ≈ 364 µJ   ≈ 428 µJ     +64 µJ  +17.6 %
      Accuracy     91.3 %     91.3 %          0

         Operator      Type     What                                                    Peak RAM     Flash   Latency  Energy
      ±  conv_3        CONV_2D  64 → 96 channels                                         +10 KiB  +9.4 KiB  +3.20 ms  +64 µJ
         other memory           placement of buffers and the runtime's own structures   +1.1 KiB
         model file             structure of the file beside its constants                        +1.6 KiB
         in all                                                                        +11.1 KiB   +11 KiB  +3.20 ms  +64 µJ

        fail: peak RAM 71.2 KiB > 64 KiB (edge-ready.yml:12)
          +10 KiB from conv_3: 64 → 96 channels
          +1.1 KiB from other memory: placement of buffers and the runtime's own structures
      "
    `);
  });

  it('measure', () => {
    const one = {
      ...wideModel(),
      accuracy: null,
      unavailable: { accuracy: 'no evaluation set is configured for this model' },
      findings: [{ code: 'float-model', severity: 'warning' as const, where: 'model', message: 'float32' }],
    };
    expect(renderMeasurementText(one)).toMatchInlineSnapshot(`
      "models/kws.onnx on arduino-nano-33-ble/tflm
      22.6 k parameters, 2.66 M MACs, 13 operators; tflite of 63.7 KiB, as committed

      Metric        Value  How
      Peak RAM   71.2 KiB  exact: greedy planner of TensorFlow Lite Micro
      Flash     ≈ 131 KiB  modelled, ±3 % on average: artifact and the code of its operators
      Latency   ≈ 21.4 ms  modelled, ±10 % on average: cycles per operator at 64 MHz
      Energy     ≈ 428 µJ  modelled, ±20 % on average: active power × latency
      Accuracy          –  no evaluation set is configured for this model

      #  Operator  Name     Output      MACs  Latency        Constants     Alive
      2  CONV_2D   conv_3   1×8×8×96     1 k  9.60 ms  49 %   28.1 KiB  53.4 KiB
      1  CONV_2D   conv_2   1×8×8×64     1 k     6 ms  30 %     1000 B  43.0 KiB
      0  CONV_2D   conv_1   1×16×16×64   1 k     4 ms  20 %     1000 B  19.5 KiB
      3  SOFTMAX   softmax  1×12           0   100 µs   1 %        0 B  30.0 KiB

      Memory map: 30 KiB over 4 operators, most in use at operator 2 (CONV_2D conv_3)
      30 KiB ┤        CCCCCCCC
             ┤        CCCCCCCC
             ┤        CCCCCCCC
      24 KiB ┤    BBBBCCCCCCCC
             ┤    BBBBCCCCCCCC
             ┤AAAABBBBCCCCCCCC
             ┤AAAABBBBCCCCCCCC
      16 KiB ┤AAAABBBBCCCCCCCC
             ┤AAAABBBBCCCCCCCC
             ┤AAAABBBBCCCCCCCC
             ┤AAAABBBBCCCCCCCC
       8 KiB ┤AAAABBBBCCCCCCCC
             ┤AAAABBBBCCCCCCCC
             ┤AAAABBBBCCCCCCCC
             ┤AAAABBBBCCCCCCCC
         0 B ┼────────▲───────
              0   1   2   3
         Buffer       Size  Offset  Operators
      A  conv_1   19.5 KiB     0 B        0–1
      B  conv_2   23.4 KiB     0 B        1–2  at the peak
      C  conv_3     30 KiB     0 B        2–3  at the peak
      D  softmax      12 B     0 B          3

      warning: model: float32 (float-model)
      "
    `);
  });

  it('stays within the width, whatever the names, and lets no name move the cursor', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 30, maxLength: 300, unit: 'binary' }),
        fc.integer({ min: 60, max: 140 }),
        (name, width) => {
          const text = renderText(
            report([{ ...wide, model: `m${name}`, target: `t${name}`, judgements: [], verdict: 'pass' }]),
            { width },
          );
          const table = text.split('\n\n')[1] ?? '';
          for (const line of table.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(width);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
          expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/);
        },
      ),
    );
  });

  it('names what is wrong with a model that has no numbers', () => {
    const refused = measurement({
      deployable: false,
      peakRam: null,
      flash: null,
      latency: null,
      energy: null,
      accuracy: null,
      findings: [{ code: 'x', severity: 'error', message: 'no GELU' }],
    });
    const text = renderText(report([comparison({ base: null, head: { measurement: refused } })]));
    expect(text).toContain('FAIL  models/kws.onnx does not run on nano33: no GELU');
    expect(text).toContain('  fail: no GELU');
  });
});
