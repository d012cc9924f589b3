/**
 * Memory of LiteRT's interpreter against ours: `node scripts/run-ts.mjs bench/estimates/litert-memory.ts`. `litert-memory.json` was written by bench/litert-memory-peer.py:
 * private memory that a process grows by with ai-edge-litert on Linux x64, from before the interpreter is made to after the second inference.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readTflite } from '../../src/formats/tflite/read.ts';
import { interpreterCounts, interpreterMemory } from '../../src/runtimes/litert/memory.ts';
import { referenceDirectory } from '../reference.ts';
import { crossValidate, type FitRow } from './fit.ts';
import measured from './litert-memory.json' with { type: 'json' };
import { type EstimateRow, estimateRow } from './row.ts';

/** Private memory, fitted to all models but those of one folder, and predicted for these. What XNNPACK packs and points to is counted, not fitted. */
export async function litertMemory(verbose = false): Promise<readonly EstimateRow[]> {
  const rows = measured.flatMap(({ file, privateBytes }) => {
    const full = path.join(referenceDirectory, 'models', file);
    if (!existsSync(full)) return [];
    const graph = readTflite(readFileSync(full), file);
    const counts = interpreterCounts(graph, interpreterMemory(graph, 0).memory.arenaUsed, 8);
    const fixed = counts.packedBytes + counts.pointerBytes;
    const row: FitRow = {
      label: file,
      family: path.dirname(file),
      counts: [1, counts.delegates, counts.operators, counts.plannedBytes],
      milliseconds: Math.max(1, privateBytes - fixed),
      // The whole is what is to be right, not what is left of it.
      weight: Math.max(1, privateBytes - fixed) / privateBytes,
    };
    return [{ row, fixed, privateBytes, operators: graph.operators.length }];
  });
  const { coefficients, pairs } = crossValidate(rows.map(({ row }) => row));
  const whole = rows.map(({ row, fixed, privateBytes, operators }, index) => ({
    label: row.label,
    operators,
    estimate: (pairs[index]?.estimate ?? 0) + fixed,
    measured: privateBytes,
  }));
  if (verbose) {
    console.log(`bytes ${coefficients.join(' ')}`);
    for (const { label, estimate, measured: bytes } of whole)
      console.log(`    ${label} ${bytes} ${((estimate / bytes - 1) * 100).toFixed(0)} %`);
  }
  const networks = whole.filter(({ operators }) => operators > 3);
  const about = { runtime: 'litert', board: 'Linux', metric: 'peakRam' } as const;
  const how = 'private memory of a process on Linux x64, fitted without the folder of the model';
  return [
    estimateRow({ ...about, how: `${how}; networks of more than three operators` }, networks),
    estimateRow({ ...about, how: `${how}; with single operators of 30 to 150 kB` }, whole),
  ];
}

if (process.argv[1]?.includes('litert-memory')) for (const row of await litertMemory(true)) console.log(row);
