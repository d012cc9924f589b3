import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';
import { resolveTargets, splitTargets } from '../../src/config/targets.ts';

const base = parseConfig(
  'version: 1\ntargets:\n  nano33: { board: arduino-nano-33-ble, ram: 100 KiB }\n  old: esp32-s3\n',
  'e.yml',
);
const head = parseConfig(
  'version: 1\ntargets:\n  nano33: { board: arduino-nano-33-ble, ram: 200 KiB }\n  fresh: nucleo-l4r5zi/tflm\n',
  'e.yml',
);

describe('resolveTargets', () => {
  test.each([
    [null, null, [], ['generic-cortex-m4 generic-cortex-m4/tflm 262144']],
    [base, head, [], ['nano33 arduino-nano-33-ble/tflm 102400', 'old esp32-s3/tflm', 'fresh nucleo-l4r5zi/tflm']],
    [null, head, [], ['nano33 arduino-nano-33-ble/tflm 204800', 'fresh nucleo-l4r5zi/tflm']],
    [base, head, ['fresh'], ['fresh nucleo-l4r5zi/tflm']],
    [
      base,
      head,
      ['raspberry-pi-4', 'nano33', 'nano33'],
      ['raspberry-pi-4 raspberry-pi-4/onnxruntime', 'nano33 arduino-nano-33-ble/tflm 102400'],
    ],
    [base, head, ['arduino-nano-33-ble'], ['arduino-nano-33-ble arduino-nano-33-ble/tflm 262144']],
  ])('%#', (from, to, requested, expected) => {
    const resolved = resolveTargets(from, to, requested).map(({ name, id, ramBytes }) => `${name} ${id} ${ramBytes}`);
    expect(resolved).toHaveLength(expected.length);
    for (const [index, start] of expected.entries()) expect(resolved[index]).toContain(start);
  });

  test.each([
    ['nano3', 'There is no target "nano3" in the configuration and no such board. Did you mean "nano33"?'],
    ['esp32-s33', 'There is no board "esp32-s33". Did you mean "esp32-s3"?'],
    ['esp32-s3/tlfm', 'Board "esp32-s3" has no runtime "tlfm". Did you mean "tflm"?'],
  ])('%s is unknown', (name, message) => {
    expect(() => resolveTargets(base, head, [name])).toThrow(message);
  });

  test.each([
    ['', []],
    ['a', ['a']],
    ['a, b\n c/d\n\n', ['a', 'b', 'c/d']],
  ])('splitTargets(%j)', (text, expected) => {
    expect(splitTargets(text)).toEqual(expected);
  });
});
