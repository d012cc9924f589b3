import { encode } from 'flatbuffers/mjs/flexbuffers.js';
import type { Fixture, Part, Step } from './fixture.ts';
import { noise, numbers, part, step } from './fixture.ts';

function custom(
  type: string,
  options: Readonly<Record<string, number | boolean>>,
  inputs: readonly Part[],
  outputs: readonly Part[],
): Step {
  return step(type, inputs, outputs, { custom_options: encode(options) as Uint8Array }, 'custom');
}

/** `TensorType` of the schema. */
const typeCodes = { float32: 0, int32: 2, int16: 7 } as const;
const one = (name: string, invocations: number, ...steps: Step[]): Fixture => ({
  name: `custom-${name}`,
  steps,
  invocations,
});
const words = (...shape: number[]) => part('int16', shape);
const unsigned = (...shape: number[]) => part('uint32', shape);

const detection = (use_regular_nms: boolean): Step =>
  custom(
    'TFLite_Detection_PostProcess',
    {
      max_detections: 4,
      max_classes_per_detection: 1,
      detections_per_class: 3,
      num_classes: 3,
      use_regular_nms,
      nms_score_threshold: 0.1,
      nms_iou_threshold: 0.55,
      y_scale: 10,
      x_scale: 10,
      h_scale: 5,
      w_scale: 5,
    },
    [
      part('float32', [1, 5, 4]),
      part('float32', [1, 5, 4]),
      numbers(
        'float32',
        [0.5, 0.5, 0.5, 0.5, 0.5, 0.55, 0.5, 0.5, 2, 2, 0.5, 0.5, 2, 2.1, 0.6, 0.5, 1, 3, 0.5, 0.5],
        [5, 4],
      ),
    ],
    [part('float32', [1, 4, 4]), part('float32', [1, 4]), part('float32', [1, 4]), part('float32', [1])],
  );

const bytes = (...values: number[]) => numbers('uint8', values);
const header = (kind: number, ...parameters: number[]) => [
  kind,
  1,
  0,
  0,
  1,
  ...parameters,
  ...new Array<number>(11 - parameters.length).fill(0),
];
const decoding = (stream: readonly number[], ancillary: readonly number[], output: Part): Step =>
  step('TFLM_DECODE', [bytes(...stream), bytes(...ancillary)], [output], {}, 'custom');
/** Codes 0, 10, 110 and 111 of 5, -3, 7 and -128: a table of 2 bits that leads to one of 1 bit, in 16 bits each, low byte first. */
const codes = [0x05, 0x88, 0x05, 0x88, 0xfd, 0x90, 0x01, 0x00, 0x07, 0x88, 0x80, 0x88];

/** Custom operators that TensorFlow Lite Micro has kernels for; firmware must register them. */
export const customFixtures: readonly Fixture[] = [
  one(
    'circular-buffer',
    4,
    custom('CIRCULAR_BUFFER', { cycles_max: 1 }, [part('int8', [1, 1, 1, 3], 0.5)], [part('int8', [1, 4, 1, 3], 0.5)]),
  ),
  one(
    'decode-table',
    1,
    decoding(
      [0b00101101, 0b10101001, 0b01000010, 0b00101100],
      [...header(0, 3, 6), 99, 2, 10, 4, 1, 7],
      part('int8', [1, 10], 1),
    ),
  ),
  one(
    'decode-table-per-channel',
    1,
    decoding([0b01_11_00_10], [...header(0, 1, 2), 10, 11, 20, 21], {
      ...part('int8', [4, 2]),
      scale: [1, 1],
      zeroPoint: [0, 0],
      axis: 1,
    }),
  ),
  one(
    'decode-huffman',
    1,
    decoding([0b01011011, 0b11001000, 0, 0], [...header(1, 1 << 4), ...codes], part('int8', [8], 1)),
  ),
  one('decode-mask', 1, decoding([0b10100101, 0b01000000], [...header(2), 1, 2, 3, 4, 5], part('int8', [10], 1, -44))),
  one('detection-postprocess', 1, detection(false)),
  one('detection-postprocess-by-class', 1, detection(true)),
  one('signal-delay', 3, custom('SignalDelay', { delay_length: 3 }, [words(2, 4)], [words(2, 4)])),
  one('signal-energy', 1, custom('SignalEnergy', { start_index: 0, end_index: 6 }, [words(12)], [unsigned(6)])),
  one('signal-fft-auto-scale', 1, custom('SignalFftAutoScale', {}, [words(8)], [words(8), part('int32', [])])),
  one(
    'signal-filter-bank',
    1,
    custom(
      'SignalFilterBank',
      { num_channels: 2 },
      [
        unsigned(6),
        numbers('int16', [100, 200, 300, 400, 500, 600]),
        numbers('int16', [4000, 3900, 3800, 3700, 3600, 3500]),
        numbers('int16', [1, 3, 4]),
        numbers('int16', [0, 2, 3]),
        numbers('int16', [2, 1, 2]),
      ],
      [part('uint64', [2])],
    ),
  ),
  one(
    'signal-filter-bank-log',
    1,
    custom('SignalFilterBankLog', { input_correction_bits: 3, output_scale: 64 }, [unsigned(5)], [words(5)]),
  ),
  one(
    'signal-filter-bank-square-root',
    1,
    (() => custom('SignalFilterBankSquareRoot', {}, [part('uint64', [5]), numbers('int32', [2], [])], [unsigned(5)]))(),
  ),
  one(
    'signal-filter-bank-spectral-subtraction',
    3,
    custom(
      'SignalFilterBankSpectralSubtraction',
      {
        num_channels: 4,
        smoothing: 410,
        one_minus_smoothing: 15974,
        alternate_smoothing: 983,
        alternate_one_minus_smoothing: 15401,
        smoothing_bits: 14,
        min_signal_remaining: 819,
        clamping: true,
        spectral_subtraction_bits: 14,
      },
      [unsigned(4)],
      [unsigned(4), unsigned(4)],
    ),
  ),
  one(
    'signal-framer',
    4,
    custom(
      'SignalFramer',
      { frame_size: 6, frame_step: 4, prefill: false },
      [words(1, 4)],
      [words(1, 1, 6), part('bool', [])],
    ),
  ),
  one(
    'signal-framer-prefilled',
    2,
    custom(
      'SignalFramer',
      { frame_size: 6, frame_step: 4, prefill: true },
      [words(1, 8)],
      [words(1, 2, 6), part('bool', [])],
    ),
  ),
  ...(['int16', 'int32', 'float32'] as const).flatMap((dtype) => [
    one(
      `signal-rfft-${dtype}`,
      1,
      custom('SignalRfft', { T: typeCodes[dtype], fft_length: 16 }, [part(dtype, [12])], [part(dtype, [18])]),
    ),
    one(
      `signal-irfft-${dtype}`,
      1,
      custom('SignalIrfft', { T: typeCodes[dtype], fft_length: 16 }, [part(dtype, [18])], [part(dtype, [16])]),
    ),
  ]),
  ...(['int16', 'float32'] as const).map((dtype) =>
    one(
      `signal-overlap-add-${dtype}`,
      2,
      custom('SignalOverlapAdd', { T: typeCodes[dtype], frame_step: 2 }, [part(dtype, [2, 5])], [part(dtype, [4])]),
    ),
  ),
  one(
    'signal-pcan',
    1,
    custom('SignalPCAN', { snr_shift: 6 }, [unsigned(5), unsigned(5), noise('int16', [125])], [unsigned(5)]),
  ),
  one(
    'signal-stacker',
    4,
    custom(
      'SignalStacker',
      { num_channels: 3, stacker_left_context: 1, stacker_right_context: 1, stacker_step: 2 },
      [words(3)],
      [words(9), part('bool', [])],
    ),
  ),
  one('signal-window', 1, custom('SignalWindow', { shift: 12 }, [words(2, 6), noise('int16', [6])], [words(2, 6)])),
];
