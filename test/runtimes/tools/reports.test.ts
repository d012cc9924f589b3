import { describe, expect, test } from 'vitest';
import { parseBundleHeader } from '../../../src/runtimes/glow/report.ts';
import { parseStEdgeAi } from '../../../src/runtimes/st-edge-ai/report.ts';
import { parseTrtexec } from '../../../src/runtimes/tensorrt/report.ts';
import { reasonIn } from '../../../src/runtimes/tools/refused.ts';

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
    ['nothing', '', 'It gave no reason.'],
  ])('%s', (_, printed, reason) => {
    expect(reasonIn(printed)).toBe(reason);
  });
});
