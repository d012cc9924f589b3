import { dilated, roundUp } from './block.ts';
import { elementsOf, type NpuOperation, type Volume } from './npu-operation.ts';

/** The compute unit of an Ethos-U55 or U65: see architectures.json. */
export interface U55Unit {
  readonly cores: number;
  readonly ofm: readonly number[];
  readonly ifm: readonly number[];
  readonly banks: number;
  readonly granules: Readonly<Record<'ifm8' | 'ifm16' | 'ifm32' | 'ew8' | 'ew16' | 'acc32' | 'acc40', number>>;
  readonly output: readonly number[];
  readonly activation: readonly number[];
}

/** Bytes of a bank of the unit's memory, and banks that results take. */
const bankBytes = 1024;
const resultBanks = 2;

/** A block and the part of the input that it needs. */
export interface BlockPair {
  readonly ofm: Volume;
  readonly ifm: Volume;
}

/** What a block costs. */
export interface BlockCost {
  /** Elements fetched for each that is written. */
  readonly fetched: number;
  /** Areas of its size that cover the input. */
  readonly areas: number;
}

/** The window with what its dilation spreads it over. */
export const windowOf = ({ kernel }: NpuOperation) => ({
  h: dilated(kernel.h, kernel.dilationH),
  w: dilated(kernel.w, kernel.dilationW),
});

/** The input whose block counts: the larger one. */
export const mainInput = ({ ifm, ifm2 }: NpuOperation): Volume =>
  ifm2 !== undefined && elementsOf(ifm2) > elementsOf(ifm) ? ifm2 : ifm;

/** Whether the banks of the unit's memory hold results, two buffers of the input, and accumulators or the second input, beside the table. */
export function memoryTest(operation: NpuOperation, unit: U55Unit, wide: boolean): (pair: BlockPair) => boolean {
  const { kind, ifm2, inputBits, ofm: whole, kernel, activation } = operation;
  const doubled = (bytes: number, granule: number) => roundUp(2 * Math.ceil(bytes / bankBytes), granule);
  const table = activation !== 'lut' ? 0 : inputBits === 16 ? 2 : 1;
  const banks = unit.banks - resultBanks - Math.max(table, unit.banks > 16 ? 2 : 0);
  const granule = unit.granules[inputGranule(kind === 'elementwise', inputBits)];
  const input = ({ h, w, c }: Volume) => doubled(h * w * roundUp((c * inputBits) / 8, 8), granule);
  if (kind === 'elementwise') {
    const isScalar = ifm2 !== undefined && elementsOf(ifm2) === 1 && inputBits <= 16;
    return ({ ifm }) => input(ifm) * (isScalar ? 1 : 2) <= banks;
  }
  const isRow = whole.h === 1 && kernel.h === 1 && unit.ofm[0] === 2;
  const accumulators = ({ h, w, c }: Volume) =>
    doubled(((isRow ? 1 : h) * w * roundUp(c, 8) * (wide ? 40 : 32)) / 8, unit.granules[wide ? 'acc40' : 'acc32']);
  return ({ ofm, ifm }) => input(ifm) + accumulators(ofm) <= banks;
}

function inputGranule(isElementwise: boolean, bits: number): keyof U55Unit['granules'] {
  if (bits === 32) return 'ifm32';
  if (isElementwise) return bits === 16 ? 'ew16' : 'ew8';
  return bits === 16 ? 'ifm16' : 'ifm8';
}

/** What a block makes the NPU fetch, in elements for each one written; half where the input's block holds it twice over. */
export function fetchCost(operation: NpuOperation, unit: U55Unit): (pair: BlockPair) => BlockCost {
  const { kind, ofm: whole, kernel } = operation;
  const source = mainInput(operation);
  const window = windowOf(operation);
  const isPerChannel = kind === 'depthwise' || kind === 'pooling' || kind === 'copy';
  const walks = Math.ceil(window.h / 8) * Math.ceil(window.w / 8);
  const weights =
    kind === 'convolution'
      ? kernel.h * kernel.w * source.c * whole.c
      : kind === 'depthwise'
        ? kernel.h * kernel.w * source.c
        : 0;
  const isRow = whole.h === 1 && kernel.h === 1 && unit.ofm[0] === 2;
  return ({ ofm, ifm }) => {
    const h = isRow ? 1 : ofm.h;
    const rows = Math.ceil(whole.h / h) * Math.ceil(whole.w / ofm.w);
    const passes = isPerChannel ? 1 : Math.ceil(whole.c / ofm.c);
    const input = ifm.h * ifm.w * source.c * walks * (whole.w / ofm.w) * (whole.h / h) * passes;
    const each =
      kind === 'elementwise' ? elementsOf(whole) / elementsOf(ofm) : (input + weights * rows) / elementsOf(whole);
    const single = Math.fround(each);
    const covered = Math.max(1, Math.min(source.h, ifm.h) * Math.min(source.w, ifm.w));
    return {
      fetched: elementsOf(source) < 2 * elementsOf(ifm) ? single / 2 : single,
      areas: (source.h * source.w) / covered,
    };
  };
}
