/**
 * Our model of what TVM makes of a network against TVM itself: `node scripts/run-ts.mjs bench/estimates/tvm-memory.ts`. `tvm-memory.json` was written by
 * bench/tvm-memory-peer.py: memory as TVM 0.27 plans it, its code for arm64, and what a process grows by on Linux x64 when it loads and runs the library.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inferShapes } from '../../src/graph/infer-shapes.ts';
import { openModel } from '../../src/measuring/measure.ts';
import { libraryParts, modelledFigures } from '../../src/runtimes/tvm/library.ts';
import { referenceDirectory } from '../reference.ts';
import { crossValidate, meanError } from './fit.ts';
import { type EstimateRow, estimateRow } from './row.ts';
import measured from './tvm-memory.json' with { type: 'json' };

const linux = { runtime: 'tvm', board: 'Linux' } as const;

/** Planned activations, flash of the library, and memory of the process, the last fitted without the folder of the model. */
export async function tvmMemory(verbose = false): Promise<readonly EstimateRow[]> {
  const rows = measured.flatMap((row) => {
    const full = path.join(referenceDirectory, 'models', row.model);
    if (!existsSync(full) || row.storageBytes === undefined) return [];
    const figures = modelledFigures(inferShapes(openModel(readFileSync(full), row.model).graph));
    const { codeBytes, constantBytes, storageBytes } = row;
    if (verbose) {
      const say = (name: string, own: number, real: number) =>
        `${name} ${own}/${real} ${((own / real - 1) * 100).toFixed(0)} %`;
      console.log(
        `  ${path.basename(row.model)} kernels ${row.kernels}: ${say('plan', figures.storageBytes, storageBytes)}, ${say('constants', figures.constantBytes, constantBytes)}, ${say('code', figures.codeBytes, row.arm64CodeBytes)} (${codeBytes} x64)`,
      );
    }
    return [{ row, figures }];
  });
  const processes = crossValidate(
    rows.map(({ row, figures }) => ({
      label: row.model,
      family: path.dirname(row.model),
      counts: [1, row.constantBytes, row.storageBytes + row.unplannedBytes, figures.paddingBytes],
      milliseconds: row.runtimeRss + row.modelRss,
    })),
  );
  const flash = rows.map(({ row, figures }) => ({
    estimate: figures.codeBytes + figures.constantBytes,
    measured: row.arm64CodeBytes + row.constantBytes,
  }));
  const plans = rows.map(({ row, figures }) => ({ estimate: figures.storageBytes, measured: row.storageBytes }));
  const whole = rows.map(({ row, figures }) => ({
    estimate: libraryParts(figures).ram.reduce((sum, { bytes }) => sum + bytes, 0),
    measured: row.runtimeRss + row.modelRss,
  }));
  if (verbose) {
    console.log(`process: bytes ${processes.coefficients.join(' ')} mean error ${meanError(processes.pairs)}`);
    for (const { label, estimate, measured: real } of processes.pairs)
      console.log(`    ${path.basename(label)} ${real} ${((estimate / real - 1) * 100).toFixed(0)} %`);
  }
  return [
    estimateRow(
      { ...linux, metric: 'peakRam', how: 'activations as planned, against TVM 0.27 itself; nothing fitted' },
      plans,
    ),
    estimateRow(
      {
        ...linux,
        metric: 'flash',
        how: 'kernels and constants for arm64, against TVM 0.27 itself; bytes of a kernel are a mean',
      },
      flash,
    ),
    estimateRow(
      {
        ...linux,
        metric: 'peakRam',
        how: 'memory of a process on Linux x64 by our own plan; coefficients of all models',
      },
      whole,
    ),
    estimateRow(
      {
        ...linux,
        metric: 'peakRam',
        how: "memory of a process on Linux x64 by TVM's plan, fitted without the folder of the model",
      },
      processes.pairs,
    ),
  ];
}

if (process.argv[1]?.includes('tvm-memory')) console.log(await tvmMemory(true));
