import type { Block } from './block.ts';
import { elementsOf, type NpuOperation, type Volume } from './npu-operation.ts';
import { type Channel, transferBytes } from './transfer.ts';

/** What an operation moves. */
export interface Traffic {
  /** Bytes of feature maps read and written. */
  readonly readBytes: number;
  readonly writtenBytes: number;
  /** How often all weights are read. */
  readonly weightPasses: number;
}

/** `MeasureElementAccess` and `ElementTransferToBytes` of Vela's performance estimation. */
export function trafficOf(
  operation: NpuOperation,
  block: Block,
  cores: number,
  memories: { readonly input: Channel; readonly output: Channel },
): Traffic {
  const { kind, ifm, ifm2, ofm, inputBits, outputBits, isInputLinear = false, isOutputLinear = false } = operation;
  const deep = (c: number, isLinear: boolean): number => (isLinear ? c : Math.ceil(c / 16) * 16);
  const read = (elements: number, shape: Volume): number =>
    transferBytes(
      { elements, bits: inputBits, block: block.ifm, shape, isRead: true, isLinear: isInputLinear },
      cores,
      memories.input,
    );
  const writtenBytes = transferBytes(
    {
      elements: ofm.h * ofm.w * deep(ofm.c, isOutputLinear),
      bits: outputBits,
      block: block.ofm,
      shape: ofm,
      isRead: false,
      isLinear: isOutputLinear,
    },
    cores,
    memories.output,
  );
  if (kind === 'copy') return { readBytes: elementsOf(ifm), writtenBytes, weightPasses: 0 };
  if (kind === 'elementwise') {
    const whole = ofm.h * ofm.w * deep(ofm.c, isInputLinear);
    const second = ifm2 === undefined || elementsOf(ifm2) === 1 ? 0 : read(whole, ifm2);
    return { readBytes: read(whole, ifm) + second, writtenBytes, weightPasses: 0 };
  }
  const { elements, passes } = fetchOf(operation, block);
  return {
    readBytes: read(elements, ifm),
    writtenBytes,
    weightPasses: operation.weights === undefined ? 0 : passes,
  };
}

/** Bytes of input that an operation asks for, each as often as it is fetched. */
export function fetchedBytes(operation: NpuOperation, block: Block): number {
  return (fetchOf(operation, block).elements * operation.inputBits) / 8;
}

/** Elements of input that the blocks of an operation fetch together, and how often all weights are read. */
function fetchOf(
  { kind, ifm, ofm, kernel, isInputLinear = false }: NpuOperation,
  block: Block,
): { readonly elements: number; readonly passes: number } {
  const rows = Math.ceil(ofm.h / Math.min(ofm.h, block.ofm.h));
  const columns = Math.ceil(ofm.w / Math.min(ofm.w, block.ofm.w));
  const isEqualDepth = kind === 'depthwise' || kind === 'pooling';
  const depths = isEqualDepth ? 1 : Math.ceil(ofm.c / Math.min(ofm.c, block.ofm.c));
  const step = kind === 'dense' ? 1 : 8;
  const windows = Math.ceil(kernel.h / step) * Math.ceil(kernel.w / step);
  const area = Math.min(ifm.h, block.ifm.h) * Math.min(ifm.w, block.ifm.w);
  const deep = isInputLinear ? ifm.c : Math.ceil(ifm.c / 16) * 16;
  return { elements: area * deep * windows * rows * columns * depths, passes: rows * columns };
}
