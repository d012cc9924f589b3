import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { networks } from '../../../bench/architectures/networks.ts';
import { graphMacs } from '../../../src/graph/macs.ts';
import { acceleratorUnit, cpuUnit, type RooflineUnit, unitMilliseconds } from '../../../src/runtimes/roofline/time.ts';
import { computedTensors, noWork, operatorWork, precisionOf } from '../../../src/runtimes/roofline/work.ts';
import { loadBoard } from '../../../src/targets/load.ts';

const unit: RooflineUnit = {
  costs: { float32: { source: 'x', cyclesPerConvolutionMac: 0.5, cyclesPerOutput: 10, launchMicroseconds: 5 } },
  clockHz: 1e9,
  speedup: 2,
  bytesPerSecond: 1e9,
  onChipBytes: 0,
  error: 0.1,
};

describe('unitMilliseconds', () => {
  test('cycles among threads, and a launch', () => {
    const work = { ...noWork, convolutionMacs: 4e6, outputs: 1e5, launches: 1 };
    // (4e6 * 0.5 + 1e5 * 10) / 2 GHz = 1.5 ms
    expect(unitMilliseconds(work, unit, 'float32')).toBeCloseTo(1.505, 9);
  });

  test('reading weights takes over where it is slower', () => {
    const work = { ...noWork, denseMacs: 1e6, weightBytes: 4e6, launches: 1 };
    expect(unitMilliseconds(work, unit, 'float32')).toBeCloseTo(4.005, 9);
  });

  test('a view takes no time', () => expect(unitMilliseconds(noWork, unit, 'float32')).toBe(0));

  test('integers without figures of their own cost what floats cost, floats on an integer unit are not known', () => {
    const work = { ...noWork, convolutionMacs: 1e6, launches: 1 };
    expect(unitMilliseconds(work, unit, 'int8')).toBe(unitMilliseconds(work, unit, 'float32'));
    const { float32 = { source: 'x', launchMicroseconds: 0 } } = unit.costs;
    expect(unitMilliseconds(work, { ...unit, costs: { int8: float32 } }, 'float32')).toBeUndefined();
  });

  test("a board's factor holds for the precision that stands in for another, and not for launches", () => {
    const work = { ...noWork, convolutionMacs: 4e6, launches: 1 };
    const slow = { ...unit, factors: { float32: { value: 1.5, source: 'x' }, int8: { value: 9, source: 'x' } } };
    expect(unitMilliseconds(work, slow, 'float32')).toBeCloseTo(1.505, 9);
    expect(unitMilliseconds(work, slow, 'int8')).toBeCloseTo(1.505, 9);
  });

  test('what one thread computes takes as long with many', () => {
    const costs = { int8: { source: 'x', cyclesPerSerialElement: 10, launchMicroseconds: 0 } };
    const work = { ...noWork, elements: 1e5, serialElements: 1e5 };
    expect(unitMilliseconds(work, { ...unit, costs }, 'int8')).toBeCloseTo(1, 9);
  });

  test('more work never takes less time, more threads never more', () => {
    const board = loadBoard('raspberry-pi-5');
    const cpu = cpuUnit(board, 'litert');
    if (cpu === undefined) throw new Error('the board has a roofline');
    fc.assert(
      fc.property(fc.nat(1e9), fc.nat(1e7), fc.nat(1e7), (macs, outputs, bytes) => {
        const work = { ...noWork, convolutionMacs: macs, outputs, weightBytes: bytes, launches: 1 };
        const time = unitMilliseconds(work, cpu, 'float32') ?? Number.NaN;
        const more = unitMilliseconds({ ...work, convolutionMacs: macs * 2 }, cpu, 'float32') ?? Number.NaN;
        const alone = unitMilliseconds(work, { ...cpu, speedup: 1 }, 'float32') ?? Number.NaN;
        expect(more).toBeGreaterThanOrEqual(time);
        expect(alone).toBeGreaterThanOrEqual(time);
      }),
    );
  });
});

describe('units of boards', () => {
  test('an accelerator is not the CPU', () => {
    const board = loadBoard('sl1680');
    expect(acceleratorUnit(board, 'synap')?.onChipBytes).toBe(2 ** 21);
    expect(cpuUnit(board, 'synap')).toEqual(cpuUnit(board, 'litert'));
    expect(acceleratorUnit(board, 'litert')).toBeUndefined();
  });

  test('threads between those that are listed are interpolated', () => {
    const board = loadBoard('raspberry-pi-4');
    const speedup = (threads: number) =>
      cpuUnit({ ...board, runtimes: { litert: { threads: { value: threads, source: 'x' } } } }, 'litert')?.speedup;
    expect([speedup(1), speedup(2), speedup(3), speedup(4), speedup(8)]).toEqual([1, 1.5, 1.675, 1.85, 1.85]);
  });
});

describe('operatorWork', () => {
  test('hard swish of integers is outside XNNPACK, of floats it is not', () => {
    const work = (precision: 'float32' | 'int8') => {
      const graph = networks['mobilenet3-small']?.(precision);
      if (graph === undefined) throw new Error('there is a network of this name');
      const computed = computedTensors(graph);
      return graph.operators.reduce((sum, each) => sum + operatorWork(graph, each, computed).serialElements, 0);
    };
    expect(work('float32')).toBe(0);
    expect(work('int8')).toBeGreaterThan(5e5);
  });

  test.each([
    ['mobilenet1-1.0', 569e6],
    ['mobilenet2-1.0', 301e6],
    ['mobilenet3-large', 217e6],
    ['resnet-18', 1814e6],
    ['resnet-50', 4089e6],
    ['inception-v3', 5713e6],
    ['vgg-16', 15470e6],
    ['densenet-121', 2834e6],
    ['yolo4-tiny', 3454e6],
    ['yolo11-n', 3271e6],
  ])('all multiply-accumulates of %s are of one kind', (name, macs) => {
    const graph = networks[name]?.('int8');
    if (graph === undefined) throw new Error('a network of that name');
    expect(Math.abs(graphMacs(graph) / macs - 1)).toBeLessThan(0.002);
    const computed = computedTensors(graph);
    const works = graph.operators.map((operator) => operatorWork(graph, operator, computed));
    const sum = works.reduce((all, work) => all + work.convolutionMacs + work.depthwiseMacs + work.denseMacs, 0);
    expect(sum).toBe(graphMacs(graph));
    expect(works.every(({ elements, outputs }) => elements === 0 || outputs === 0)).toBe(true);
    expect(graph.operators.every((operator) => precisionOf(graph, operator) === 'int8')).toBe(true);
  });
});
