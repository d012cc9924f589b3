import { roundUp } from './block.ts';
import { defaults } from './maker.ts';
import { elementsOf, type NpuOperation } from './npu-operation.ts';
import type { Channel } from './transfer.ts';
import { moveCycles } from './weight-buffer.ts';

/** What is known of an operation that reads what is not the NPU's, when it is decided whether its input moves to SRAM first. */
export interface CopyQuestion {
  readonly operation: NpuOperation;
  /** Bytes of all weights and scales, of the weights alone, and how often the operation reads them. */
  readonly bytes: number;
  readonly weightBytes: number;
  readonly passes: number;
  /** Bytes of input that it asks for, each as often as it is fetched. */
  readonly fetchedBytes: number;
  /** Cycles while nothing is in SRAM. */
  readonly cycles: number;
  readonly copyCycles: (copy: NpuOperation) => number;
  readonly sram: Channel;
  readonly store: Channel;
  readonly freeBytes: number;
}

/** A copy of an operation's input in SRAM. */
export interface InputCopy {
  readonly operation: NpuOperation;
  readonly bytes: number;
}

/**
 * The copy that Vela puts before a convolution of a model's input (or of what the CPU made) in a system with a dedicated SRAM, where reading it again and again from the other memory is what the operation waits for:
 * the rules are those of its scheduler (`Scheduler::TryExplicitBuffering`). `undefined` where it is read from where it is.
 */
export function inputCopy(question: CopyQuestion): InputCopy | undefined {
  const { operation, bytes, weightBytes, passes, fetchedBytes, cycles, copyCycles, sram, store, freeBytes } = question;
  const { kind, ifm, ofm, inputBits } = operation;
  if (kind !== 'convolution' && kind !== 'depthwise') return undefined;
  const inputBytes = (elementsOf(ifm) * inputBits) / 8;
  const inputCycles = store.readLatency + fetchedBytes / store.inputRate;
  const weightCycles = passes * (store.readLatency + bytes / store.weightRate);
  const isBusy = cycles > weightCycles && cycles > inputCycles;
  if (fetchedBytes <= inputBytes || isBusy || inputBytes > freeBytes) return undefined;
  const piece = Math.floor(weightBytes / Math.ceil(ofm.c / 16));
  const movingPiece = piece > 0 && weightCycles > inputCycles ? moveCycles(piece, { sram, store }) : 0;
  const weightsFromSram = sram.readLatency + (bytes * passes) / sram.weightRate;
  if (weightsFromSram > movingPiece + inputCycles) return undefined;
  const copy: NpuOperation = {
    ...defaults,
    kind: 'pooling',
    isMove: true,
    ifm,
    ofm: ifm,
    inputBits,
    outputBits: inputBits,
    isInputLinear: true,
    isOutputLinear: true,
  };
  const fromSram = sram.readLatency + fetchedBytes / sram.inputRate;
  if (copyCycles(copy) + fromSram >= inputCycles) return undefined;
  return { operation: copy, bytes: roundUp(inputBytes, 16) };
}
