import { describe, expect, test } from 'vitest';
import { parseBundleHeader } from '../../../src/runtimes/glow/report.ts';
import { parseNeuralArt } from '../../../src/runtimes/st-edge-ai/neural-art-report.ts';
import { parseStEdgeAi } from '../../../src/runtimes/st-edge-ai/report.ts';
import { parseTrtexec } from '../../../src/runtimes/tensorrt/report.ts';
import { failureOf, reasonIn } from '../../../src/runtimes/tools/refused.ts';

describe('parseTrtexec', () => {
  const device = '[I] Selected Device: Orin\n[I] Compute Capability: 8.7\n';

  test.each([
    [
      'as version 8.5 and later print it',
      'min = 5.3 ms, max = 13.3 ms, mean = 7.6 ms, median = 7.14 ms, percentile(90%) = 10.3 ms',
      7.14,
    ],
    ['as version 8.0 prints it', 'min = 3.2 ms, max 3.9 ms, mean 3.6 ms, median 3.72 ms, percentile(99%) 3.9 ms', 3.72],
    ['a small time', 'min = 0.001 ms, median = 9.5e-05 ms', 9.5e-5],
  ])('%s', (_, times, milliseconds) => {
    const text = `${device}[01/02/2030-03:04:05] [I] Latency: min = 1 ms, median = 99 ms\n[01/02/2030-03:04:05] [I] GPU Compute Time: ${times}\n`;
    expect(parseTrtexec(text)).toEqual({ device: 'Orin', computeCapability: '8.7', milliseconds });
  });

  test.each([
    ['no times', device, 'how long'],
    ['no device', '[I] GPU Compute Time: median = 1 ms', 'which device'],
  ])('%s', (_, text, message) => {
    expect(() => parseTrtexec(text)).toThrow(message);
  });
});

describe('parseStEdgeAi', () => {
  const lines = [
    'weights (ro)   : 20,625 B (20.14 KiB) (1 segment) / -61,015(-74.7%) vs float model',
    'activations (rw) : 4,060 B (3.96 KiB) (1 segment) *',
    'ram (total)    : 6,512 B (6.36 KiB) = 4,060 + 2,352 + 100',
  ];

  test('without a compiler on PATH there is no library', () => {
    expect(parseStEdgeAi(lines.join('\r\n'))).toEqual({ weights: 20625, activations: 4060, ram: 6512 });
  });

  test('with one there is', () => {
    const text = [...lines, ' RT total*     49,376   70.5%   2,016   33.2%', ' TOTAL   70,001   6,076'].join('\n');
    expect(parseStEdgeAi(text).library).toEqual({ flash: 49376, ram: 2016 });
  });

  test.each([0, 1, 2])('throws without line %i', (missing) => {
    expect(() => parseStEdgeAi(lines.filter((_, index) => index !== missing).join('\n'))).toThrow('does not say');
  });
});

describe('parseNeuralArt', () => {
  const pools = [
    '\tnpuRAM5    [0x342E0000 - 0x34350000]:    240.000 kB /    448.000 kB  ( 53.57 % used) -- weights:          0  B (  0.00 % used)  activations:    240.000 kB ( 53.57 % used)',
    '\toctoFlash  [0x71000000 - 0x78000000]:      2.500 MB /    112.000 MB  (  2.23 % used) -- weights:      2.500 MB (  2.23 % used)  activations:          0  B (  0.00 % used)',
    '\thyperRAM   [0x90000000 - 0x92000000]:          0  B /     32.000 MB  (  0.00 % used) -- weights:          0  B (  0.00 % used)  activations:          0  B (  0.00 % used)',
  ];
  const release2 = [
    'Total number of epochs: 4 of which 2 implemented in software',
    'epoch 1       HW    ',
    'epoch 2       EC    ',
    'epoch 3      -SW-   (      Softmax       )',
    'epoch 4      -SW-   (      Softmax       )',
  ];
  const release3 = [
    'Total number of epochs                               9',
    '>> pure software (SW) epochs                         2',
    '>> hybrid epochs (using both software and hardware)  1',
    '>> pure hardware (HW or EC) epochs                   6  (implemented in 0 epoch controller blobs/meta epochs)',
    '| epoch_1  |  HW    |                 |',
    '| epoch_2  |  SW/HW |  Gemm           |',
    '| epoch_8  |  SW    | Softmax , Cast  |',
  ];

  test.each([
    ['release 2', release2, { hardware: 2, hybrid: 0, software: 2, operators: ['Softmax'] }],
    ['release 3', release3, { hardware: 6, hybrid: 1, software: 2, operators: ['Gemm', 'Softmax , Cast'] }],
  ])('epochs as %s prints them', (_, lines, epochs) => {
    expect(parseNeuralArt([...pools, ...lines].join('\r\n'))).toEqual({
      pools: [
        { name: 'npuRAM5', weights: 0, activations: 240 * 1024 },
        { name: 'octoFlash', weights: 2.5 * 1024 ** 2, activations: 0 },
      ],
      epochs,
    });
  });

  test('the summary has the digits that the pools lack', () => {
    const text = (weights: string) => [`weights (ro) : ${weights} B (2.5 MiB)`, ...pools, ...release3].join('\n');
    expect(parseNeuralArt(text('2,621,700')).pools[1]?.weights).toBe(2_621_700);
    // Not what was rounded: another figure.
    expect(parseNeuralArt(text('2,700,000')).pools[1]?.weights).toBe(2.5 * 1024 ** 2);
  });

  test.each([
    ['pools', release3, 'memory pools'],
    ['epochs', pools, 'epochs'],
  ])('throws without %s', (_, lines, message) => {
    expect(() => parseNeuralArt(lines.join('\n'))).toThrow(message);
  });
});

describe('parseBundleHeader', () => {
  const header = (name: string) =>
    `#define ${name}_CONSTANT_MEM_SIZE     1724672\n#define ${name}_MUTABLE_MEM_SIZE      3200\n#define ${name}_ACTIVATIONS_MEM_SIZE  57600\n#define ${name}_MEM_ALIGN  64\n`;

  test.each(['LENET_MNIST', 'A_CONSTANT'])('sizes of %s', (name) => {
    expect(parseBundleHeader(header(name))).toEqual({ constant: 1724672, mutable: 3200, activations: 57600 });
  });

  test('throws where one is missing', () => {
    expect(() => parseBundleHeader(header('X').replace('MUTABLE', 'OTHER'))).toThrow('mutable');
  });
});

describe('reasonIn', () => {
  test.each([
    [
      'the exception of a Python stack',
      'Traceback (most recent call last):\n  File "x", line 1\ntvm.error.OpNotImplemented: nothing\nValueError: no Loop\n',
      'ValueError: no Loop',
    ],
    ['a line that names an error', 'reading\nError: unsupported\n  in layer 3\n', 'Error: unsupported in layer 3'],
    ['the last line else', 'reading\nkilled\n', 'killed'],
    ['nothing', '', undefined],
  ])('%s', (_, printed, reason) => {
    expect(reasonIn(printed)).toBe(reason);
  });
});

describe('failureOf', () => {
  const run = { status: 'failed', version: '1', stdout: '', stderr: '', exitCode: 1, missing: [] } as const;
  test.each([
    ['its own words', { ...run, stderr: 'Error: no Loop' }, 'Error: no Loop'],
    ['a code', { ...run, exitCode: 3 }, 'It ended with code 3 and gave no reason.'],
    ['a signal', { ...run, exitCode: null }, 'It ended by a signal and gave no reason.'],
    [
      'a file that is missing',
      { ...run, exitCode: 0, stdout: 'Done.', missing: ['out/a', 'out/b'] },
      'It ended well, but left no out/a and no out/b. Done.',
    ],
  ])('%s', (_, failed, reason) => {
    expect(failureOf(failed)).toBe(reason);
  });
});
