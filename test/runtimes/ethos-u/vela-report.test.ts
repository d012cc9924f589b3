import { describe, expect, it } from 'vitest';
import { parseVelaLayers, parseVelaRefusals, parseVelaSummary } from '../../../src/runtimes/ethos-u/vela-report.ts';

const summary = [
  'experiment,network,core_clock,sram_memory_used,dram_memory_used,on_chip_flash_memory_used,off_chip_flash_memory_used,total_original_weights,total_npu_encoded_weights,nn_macs,cycles_npu,cycles_total',
  'default,"a,b",500000000.0,10.5,0.0,1.0,2.0,400,300,1200,900,1000',
].join('\n');

describe('the summary', () => {
  it('is read by its header, memory as bytes', () => {
    expect(parseVelaSummary(summary)).toStrictEqual({
      cycles: 1000,
      npuCycles: 900,
      macs: 1200,
      sramBytes: 10752,
      dramBytes: 0,
      flashBytes: 3072,
      encodedWeightBytes: 300,
      originalWeightBytes: 400,
    });
  });

  it.each([
    ['', 'without figures'],
    [summary.replace('cycles_total', 'cycles'), 'cycles_total'],
    [summary.replace('10.5', 'much'), 'sram_memory_used'],
  ])('is refused when it is something else', (text, message) => {
    expect(() => parseVelaSummary(text)).toThrow(message);
  });
});

describe('the table of layers', () => {
  const header = 'Original Operator,NNG Operator,Target,Staging Usage,Op Cycles,MAC Count,Name';
  it('keeps commas in names', () => {
    const text = `${header}\nConv2D,Conv2D,NPU,64,100,2000,a;b,c\nCast,Passthrough,CPU,0,0,0,d\n`;
    expect(parseVelaLayers(text)).toStrictEqual([
      { original: 'Conv2D', target: 'NPU', sramBytes: 64, cycles: 100, macs: 2000, name: 'a;b,c' },
      { original: 'Cast', target: 'CPU', sramBytes: 0, cycles: 0, macs: 0, name: 'd' },
    ]);
  });
  it('is refused without its columns', () => {
    expect(() => parseVelaLayers('a,b\n1,2')).toThrow('Original Operator');
  });
});

it('refusals are read with their reasons', () => {
  const printed = [
    'something before',
    "Warning (supported operators) operator: CAST, ofm: 'it's here'",
    'Reason: No such operator',
    '',
    "Warning (supported operators) operator: ADD, ofm: 'sum'",
    'Reason: Wrong type',
    'Types must be right',
    "Warning (supported operators) operator: SVDF, ofm: ''",
  ].join('\n');
  expect(parseVelaRefusals(printed)).toStrictEqual([
    { type: 'CAST', output: "it's here", reason: 'No such operator' },
    { type: 'ADD', output: 'sum', reason: 'Wrong type. Types must be right' },
    { type: 'SVDF', output: '', reason: '' },
  ]);
});
