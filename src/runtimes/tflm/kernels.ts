import type { Board, BoardRuntime } from '../../targets/board.ts';

/** Which kernels run, and which vector instructions they were compiled for. */
export interface KernelBuild {
  readonly library: 'cmsis-nn' | 'esp-nn' | 'reference';
  /** Arm's MVE or DSP extension; the vector instructions of an ESP32-S3 or ESP32-P4, which ESP-NN alone has kernels for. */
  readonly vectors: 'mve' | 'dsp' | 'esp32-s3' | 'esp32-p4' | 'none';
}

/** Vector instructions by the architecture of a core that has ESP-NN's kernels. */
const espVectors: Readonly<Record<string, KernelBuild['vectors']>> = {
  'xtensa-lx7': 'esp32-s3',
  'riscv32-esp32p4': 'esp32-p4',
};

/** How TensorFlow Lite Micro is built for a board: the board's kernel library, with what its core offers. */
export function kernelBuild(board: Pick<Board, 'core' | 'runtimes'>): KernelBuild {
  const runtime: BoardRuntime | undefined = board.runtimes.tflm;
  const { mve, dsp } = board.core.features;
  const library = runtime?.kernelLibrary;
  if (library === 'esp-nn') return { library, vectors: espVectors[board.core.architecture] ?? 'none' };
  return {
    library: library === 'cmsis-nn' ? library : 'reference',
    vectors: mve ? 'mve' : dsp ? 'dsp' : 'none',
  };
}
