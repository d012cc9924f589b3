/** Latency of TensorRT on NVIDIA Jetson against published runs: `node scripts/run-ts.mjs bench/estimates/jetson.ts`. */
import { accelerator, printRows } from './accelerators.ts';
import type { EstimateRow } from './row.ts';

const common = { runtime: 'tensorrt', publishedRuntime: 'TensorRT', onChipBytes: 0 } as const;
const terms = ['cyclesPerConvolutionMac', 'cyclesPerDataByte', 'cyclesPerWeightByte', 'launchMicroseconds'] as const;

export async function jetson(verbose = false): Promise<readonly EstimateRow[]> {
  return [
    ...accelerator(
      {
        ...common,
        device: 'Jetson Nano',
        board: 'jetson-nano',
        clockHz: 921.6e6,
        terms: terms.slice(0, 3),
        fixedLaunchMicroseconds: 10,
      },
      verbose,
    ),
    ...accelerator(
      { ...common, device: 'Jetson AGX Xavier', board: 'jetson-agx-xavier', clockHz: 1377e6, terms },
      verbose,
    ),
    ...accelerator(
      { ...common, device: 'Jetson Orin Nano', board: 'jetson-orin-nano', clockHz: 1020e6, terms, byNetwork: true },
      verbose,
    ),
    ...accelerator(
      { ...common, device: 'Jetson Orin NX', board: 'jetson-orin-nx', clockHz: 918e6, terms, byNetwork: true },
      verbose,
    ),
  ];
}

if (process.argv[1]?.includes('jetson')) printRows(await jetson(true));
