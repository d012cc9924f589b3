import type { Board, BoardRuntime } from '../../targets/board.ts';

/** Which kernels run, and which vector instructions they were compiled for. */
export interface KernelBuild {
  readonly library: 'cmsis-nn' | 'esp-nn' | 'reference';
  readonly vectors: 'mve' | 'dsp' | 'none';
}

/** How TensorFlow Lite Micro is built for a board: the board's kernel library, with what its core offers. */
export function kernelBuild(board: Board): KernelBuild {
  const runtime: BoardRuntime | undefined = board.runtimes.tflm;
  const { mve, dsp } = board.core.features;
  const library = runtime?.kernelLibrary;
  return {
    library: library === 'cmsis-nn' || library === 'esp-nn' ? library : 'reference',
    vectors: mve ? 'mve' : dsp ? 'dsp' : 'none',
  };
}
