/** Latency of Synaptics' NPUs against published runs: `node scripts/run-ts.mjs bench/estimates/synap.ts`. */
import { accelerator, printRows } from './accelerators.ts';
import type { EstimateRow } from './row.ts';

const common = { runtime: 'synap', publishedRuntime: 'SyNAP', onChipBytes: 2 * 2 ** 20 } as const;
const terms = [
  'cyclesPerConvolutionMac',
  'cyclesPerFunctionElement',
  'cyclesPerSpilledByte',
  'launchMicroseconds',
] as const;

export async function synap(verbose = false): Promise<readonly EstimateRow[]> {
  return [
    ...accelerator({ ...common, device: 'SL1640', board: 'sl1640', clockHz: 1e9, terms }, verbose),
    ...accelerator({ ...common, device: 'SL1680', board: 'sl1680', clockHz: 1e9, terms }, verbose),
    ...accelerator(
      {
        ...common,
        device: 'SL1640',
        board: 'sl1640',
        runtime: 'litert GPU delegate',
        publishedRuntime: 'LiteRT GPU',
        onChipBytes: 0,
        clockHz: 1e9,
        terms: ['cyclesPerConvolutionMac', 'cyclesPerDataByte', 'cyclesPerWeightByte'],
      },
      verbose,
    ),
    ...accelerator(
      {
        ...common,
        device: 'SL1680',
        board: 'sl1680',
        runtime: 'litert GPU delegate',
        publishedRuntime: 'LiteRT GPU',
        onChipBytes: 0,
        clockHz: 1e9,
        terms: ['cyclesPerConvolutionMac', 'cyclesPerDataByte', 'cyclesPerWeightByte'],
      },
      verbose,
    ),
  ];
}

if (process.argv[1]?.includes('synap')) printRows(await synap(true));
