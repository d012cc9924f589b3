import { describe, expect, it, test } from 'vitest';
import { deviceMetrics, parseDeviceResult } from '../../src/devices/device-result.ts';
import { fetchDeviceResult, resultUrl } from '../../src/devices/fetch-result.ts';
import { measureOnDevice } from '../../src/devices/measure-on-device.ts';
import { runDeviceCommand } from '../../src/devices/run-command.ts';
import { UserError } from '../../src/errors.ts';

const subject = {
  artifact: new TextEncoder().encode('model'),
  format: 'tflite',
  targetId: 'nucleo-l4r5zi/tflm',
  model: 'models/a b.tflite',
};
const script = (text: string) => ({ path: 'tools/run-on-board.sh', bytes: Buffer.from(`#!/bin/sh\n${text}\n`) });

describe('a result', () => {
  it('is the median of its repeats, with their spread', () => {
    const { latency } = deviceMetrics(parseDeviceResult('{"device":"board 3","latency":[10,12,11,30]}', 'x'), 'x');
    expect(latency).toMatchObject({
      value: 11.5,
      unit: 'ms',
      basis: 'measured',
      source: 'median of 4 repeats on board 3',
    });
    expect(latency?.error).toBeCloseTo(0.604, 2);
  });

  it('may be single numbers', () => {
    expect(deviceMetrics({ peakRam: 1000, energy: 0.5 }, 'rig')).toEqual({
      peakRam: { value: 1000, unit: 'B', basis: 'measured', source: 'on rig' },
      energy: { value: 0.5, unit: 'mJ', basis: 'measured', source: 'on rig' },
    });
  });

  test.each([
    ['not JSON', 'ok', /^rig gave no JSON/],
    ['a wrong key', '{"latencyMs": 3}', /^rig: .*latencyMs/],
    ['a negative time', '{"latency": [-1]}', /^rig: latency/],
    ['nothing', '{"device": "x"}', /^rig measured nothing/],
    ['no repeats', '{"latency": []}', /^rig: latency/],
    ['words', '{"latency": "12 ms"}', /^rig: latency: a positive number is expected, or a list/],
  ])('%s is refused', (_, text, message) => {
    expect(() => parseDeviceResult(text, 'rig')).toThrow(message);
  });
});

describe('a command', () => {
  it('gets the artifact, the target and the model, and no secret', async () => {
    process.env.SOME_TOKEN = 'hush';
    process.env.SOME_API_KEY = 'hush';
    try {
      const command = script('cat "$1"; printf " %s|%s|%s" "$2" "$3" "$SOME_TOKEN$SOME_API_KEY"');
      expect(await runDeviceCommand(command, subject)).toBe('model nucleo-l4r5zi/tflm|models/a b.tflite|');
    } finally {
      delete process.env.SOME_TOKEN;
      delete process.env.SOME_API_KEY;
    }
  });

  it('becomes metrics', async () => {
    const device = { kind: 'command', command: script('echo \'{"latency": [3, 4, 5]}\'') } as const;
    expect((await measureOnDevice(device, subject)).latency?.value).toBe(4);
  });

  test.each([
    ['fails', 'echo no board on USB >&2; exit 3', /ended with code 3: no board on USB\.$/],
    ['prints too much', 'yes', /printed more than/],
    ['takes too long', 'sleep 60 & wait', /took more than 0 s/],
  ])('that %s is said so', async (what, text, message) => {
    const run = runDeviceCommand(script(text), subject, what === 'takes too long' ? 300 : 30_000);
    await expect(run).rejects.toThrow(message);
    await expect(run).rejects.toBeInstanceOf(UserError);
  });
});

describe('an address', () => {
  it('names the artifact and the target', () => {
    const url = resultUrl('https://lab.example/{target}/{sha256}.json', { sha256: 'ab', targetId: 'a/b' });
    expect(url).toBe('https://lab.example/a%2Fb/ab.json');
  });

  test.each([
    ['http', 'http://lab.example/x', async () => new Response('{}'), /not an https/],
    ['missing', 'https://lab.example/x', async () => new Response('', { status: 404 }), /answered 404/],
    ['huge', 'https://lab.example/x', async () => new Response(new Uint8Array(5 * 2 ** 20)), /larger than/],
    ['unreachable', 'https://lab.example/x', async () => Promise.reject(new Error('no route')), /no route/],
  ])('that is %s is refused', async (_, url, get, message) => {
    await expect(fetchDeviceResult(url, get as typeof fetch)).rejects.toThrow(message);
  });

  it('gives the text', async () => {
    const get = (async () => new Response('{"latency": 3}')) as typeof fetch;
    expect(await fetchDeviceResult('https://lab.example/x', get)).toBe('{"latency": 3}');
  });
});
