import { type Block, dilated, inputExtent, roundUp, walksKernelFirst } from './block.ts';
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

const largestBlock: Volume = { h: 32, w: 64, c: 128 };
const splitDepth = 16;
const bankBytes = 1024;

/**
 * The block that fetches least for each output element, of all that fit the unit's memory: as Vela's search for Ethos-U55 and U65 chooses
 * (`ArchEthosU55::FindBlockConfig`). `undefined` when none fits.
 */
export function findBlockU55(operation: NpuOperation, unit: U55Unit): Block | undefined {
  const { kind, ifm: first, ifm2, ofm, kernel, inputBits, upscale } = operation;
  const [unitH = 1, unitW = 1, unitC = 8] = unit.ofm;
  const ifm = ifm2 !== undefined && elementsOf(ifm2) > elementsOf(first) ? ifm2 : first;
  const isElementwise = kind === 'elementwise';
  const isScalar = isElementwise && ifm2 !== undefined && elementsOf(ifm2) === 1 && inputBits <= 16;
  const isEqualDepth = isElementwise || kind === 'pooling' || kind === 'depthwise' || kind === 'copy';
  const isPartKernel = walksKernelFirst(operation);
  const wide = inputBits === 16 && kind !== 'pooling' && kind !== 'copy';
  const accumulatorGranule = unit.granules[wide ? 'acc40' : 'acc32'];
  const accumulatorBits = wide ? 40 : 32;
  const inputGranule =
    unit.granules[
      inputBits === 32
        ? 'ifm32'
        : isElementwise
          ? inputBits === 16
            ? 'ew16'
            : 'ew8'
          : inputBits === 16
            ? 'ifm16'
            : 'ifm8'
    ];
  const tableBanks = Math.max(operation.activation === 'lut' ? (inputBits === 16 ? 2 : 1) : 0, unit.banks > 16 ? 2 : 0);
  const windowH = dilated(kernel.h, kernel.dilationH);
  const windowW = dilated(kernel.w, kernel.dilationW);
  const repeats = Math.ceil(windowH / 8) * Math.ceil(windowW / 8);
  const fixedDepth =
    inputBits === 16
      ? roundUp(Math.min(ifm.c, 16), 4)
      : roundUp(Math.min(ifm.c, isPartKernel ? 16 : 32), unit.ifm[2] ?? 8);
  const weightWindow = kind === 'convolution' || kind === 'depthwise' ? kernel.h * kernel.w : 0;
  const end = {
    h: roundUp(Math.min(ofm.h, largestBlock.h), unitH),
    w: roundUp(Math.min(ofm.w, largestBlock.w), unitW),
    c: roundUp(Math.min(ofm.c, largestBlock.c), unitC),
  };
  const isRow = ofm.h === 1 && kernel.h === 1 && unitH === 2;

  const fits = (block: Volume, input: Volume): boolean => {
    const inputBytes = input.h * input.w * roundUp(input.c * (inputBits / 8), 8);
    const inputBanks = roundUp(Math.ceil(inputBytes / bankBytes) * 2, inputGranule);
    const tables = unit.banks - tableBanks;
    if (isElementwise) return 2 + inputBanks * (isScalar ? 1 : 2) <= tables;
    const bytes = (block.h * block.w * roundUp(block.c, 8) * accumulatorBits) / 8;
    return 2 + inputBanks <= tables - roundUp(Math.ceil(bytes / bankBytes) * 2, accumulatorGranule);
  };

  let best: { readonly ofm: Volume; readonly ifm: Volume } | undefined;
  let bestCost = Number.POSITIVE_INFINITY;
  let bestCoverage = Number.POSITIVE_INFINITY;
  const tooLarge = new Set<number>();
  const next = (depth: number): number => (depth < ofm.c ? roundUp(depth, splitDepth) : depth);
  for (let c = next(Math.max(unitC, Math.min(end.c, splitDepth))); c <= end.c; c = next(c + unitC)) {
    for (let h = unitH; h <= end.h; h += unitH) {
      for (let w = unitW; w <= end.w; w += unitW) {
        if (tooLarge.has(h * 1024 + w)) continue;
        const input = {
          h: roundUp(inputExtent(h, kernel.strideH, windowH, upscale), unitH),
          w: roundUp(inputExtent(w, kernel.strideW, windowW, upscale), unitW),
          c: isEqualDepth ? c : fixedDepth,
        };
        const block = isRow ? { h: Math.min(h, ofm.h), w, c } : { h, w, c };
        if (!fits(block, input)) {
          tooLarge.add(h * 1024 + w);
          continue;
        }
        const full = { h: Math.ceil(ofm.h / block.h), w: Math.ceil(ofm.w / block.w), c: Math.ceil(ofm.c / block.c) };
        const weightFetch = weightWindow * ifm.c * full.h * full.w * (kind === 'depthwise' ? 1 : ofm.c);
        const inputFetch =
          input.h * input.w * ifm.c * repeats * (ofm.w / block.w) * (ofm.h / block.h) * (isEqualDepth ? 1 : full.c);
        const total = elementsOf(ofm);
        let cost = Math.fround(isElementwise ? total / (h * w * c) : (inputFetch + weightFetch) / total);
        if (elementsOf(ifm) < elementsOf(input) * 2) cost /= 2;
        if (cost > bestCost) continue;
        if (cost === bestCost) {
          const covered = Math.max(1, Math.min(ifm.h, input.h) * Math.min(ifm.w, input.w));
          const coverage = (ifm.h * ifm.w) / covered;
          if (coverage > bestCoverage || h > 4 || w > 4) continue;
          bestCoverage = coverage;
        } else {
          bestCoverage = Number.POSITIVE_INFINITY;
        }
        bestCost = cost;
        best = { ofm: { h, w, c }, ifm: input };
      }
    }
  }
  if (best === undefined) return undefined;
  const isFlat =
    unitH === 2 && (kind === 'convolution' || kind === 'dense') && ofm.h === 1 && ofm.w % 2 === 0 && kernel.h === 1;
  const micro = isFlat ? { h: 1, w: 4, c: unitC } : { h: unitH, w: unitW, c: unitC };
  return { ...best, micro, isPartKernel, wideAccumulator: wide };
}
