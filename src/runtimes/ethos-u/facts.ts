import type { CpuReason } from './support/placement.ts';

/** What is known of one operator of the model, from Vela or from our own model of it. */
export interface OperatorFacts {
  readonly unit: 'npu' | 'cpu' | 'dropped';
  /** Cycles of the NPU's clock; 0 on the CPU. */
  readonly cycles: number;
  /** Bytes of SRAM in use while it runs. */
  readonly sramBytes: number;
  /** Bytes of its constants as the NPU reads them. */
  readonly weightBytes: number;
  readonly reason?: CpuReason;
}

/** A model on an NPU. */
export interface NpuFacts {
  /** By index in the model. */
  readonly operators: readonly OperatorFacts[];
  /** Cycles of all of it. */
  readonly cycles: number;
  readonly sramBytes: number;
  /** Bytes of the memory behind the SRAM that feature maps and constants take. */
  readonly otherBytes: number;
  /** Bytes of the compiled `.tflite`. */
  readonly fileBytes: number;
  /** What it comes from, for `source` fields. */
  readonly from: { readonly kind: 'vela'; readonly version: string } | { readonly kind: 'model' };
}
