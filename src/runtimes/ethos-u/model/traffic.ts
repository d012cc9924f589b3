import type { Block } from './block.ts';
import { type Channel, transferBytes } from './cycles.ts';
import { elementsOf, type NpuOperation } from './npu-operation.ts';

/** What an operation moves. */
export interface Traffic {
  /** Bytes of feature maps read and written. */
  readonly mapBytes: number;
  /** How often all weights are read. */
  readonly weightPasses: number;
}

const deep = (c: number): number => Math.ceil(c / 16) * 16;

/** `MeasureElementAccess` of Vela's performance estimation. */
export function trafficOf(operation: NpuOperation, block: Block, cores: number, memory: Channel): Traffic {
  const { kind, ifm, ifm2, ofm, kernel, inputBits, outputBits } = operation;
  const written = transferBytes(ofm.h * ofm.w * deep(ofm.c), outputBits, block.ofm, false, cores, memory);
  const read = (elements: number): number => transferBytes(elements, inputBits, block.ifm, true, cores, memory);
  if (kind === 'copy') return { mapBytes: elementsOf(ifm) + written, weightPasses: 0 };
  if (kind === 'elementwise') {
    const whole = ofm.h * ofm.w * deep(ofm.c);
    const inputs = ifm2 === undefined || elementsOf(ifm2) === 1 ? 1 : 2;
    return { mapBytes: read(whole) * inputs + written, weightPasses: 0 };
  }
  const rows = Math.ceil(ofm.h / Math.min(ofm.h, block.ofm.h));
  const columns = Math.ceil(ofm.w / Math.min(ofm.w, block.ofm.w));
  const isEqualDepth = kind === 'depthwise' || kind === 'pooling';
  const depths = isEqualDepth ? 1 : Math.ceil(ofm.c / Math.min(ofm.c, block.ofm.c));
  const step = kind === 'dense' ? 1 : 8;
  const windows = Math.ceil(kernel.h / step) * Math.ceil(kernel.w / step);
  const fetched = Math.min(ifm.h, block.ifm.h) * Math.min(ifm.w, block.ifm.w) * deep(ifm.c);
  return {
    mapBytes: read(fetched * windows * rows * columns * depths) + written,
    weightPasses: operation.weights === undefined ? 0 : rows * columns,
  };
}
