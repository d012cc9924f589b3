/**
 * Memory of LiteRT's interpreter against ours: `node scripts/run-ts.mjs bench/estimates/litert-memory.ts`. `litert-memory.json` has what a process grows by on Linux x64 with
 * ai-edge-litert, four threads, from before the interpreter is made to after the second inference, private and mapped from files apart.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readTflite } from '../../src/formats/tflite/read.ts';
import { interpreterMemory } from '../../src/runtimes/litert/memory.ts';
import { referenceDirectory } from '../reference.ts';
import { crossValidate, meanError } from './fit.ts';
import measured from './litert-memory.json' with { type: 'json' };
import { type EstimateRow, estimateRow } from './row.ts';

/** Private memory, fitted to all models but those of one folder, and predicted for these. */
export async function litertMemory(verbose = false): Promise<readonly EstimateRow[]> {
  const rows = measured.flatMap(({ file, privateBytes }) => {
    const full = path.join(referenceDirectory, 'models', file);
    if (!existsSync(full)) return [];
    const graph = readTflite(readFileSync(full), file);
    const constants = [graph, ...graph.subgraphs]
      .flatMap((each) => each.tensors)
      .reduce((sum, { data }) => sum + (data?.byteLength ?? 0), 0);
    const planned = interpreterMemory(graph, 0).memory.arenaUsed;
    return [
      {
        label: file,
        family: file.split('/').slice(0, -1).join('/'),
        counts: [1, constants, planned, graph.operators.length],
        milliseconds: privateBytes,
      },
    ];
  });
  const { coefficients, pairs } = crossValidate(rows);
  if (verbose) {
    console.log(`bytes ${coefficients.join(' ')} mean error ${meanError(pairs)}`);
    const mapped = measured.map(({ mappedBytes }) => mappedBytes).sort((a, b) => a - b);
    console.log(`mapped ${mapped[0]} to ${mapped.at(-1)}, median ${mapped[mapped.length >> 1]}`);
    for (const { label, estimate, measured: bytes } of pairs)
      console.log(`    ${label} ${bytes} ${((estimate / bytes - 1) * 100).toFixed(0)} %`);
  }
  const how = 'private memory of a process on Linux x64, fitted without the folder of the model';
  return [estimateRow({ runtime: 'litert', board: 'Linux', metric: 'peakRam', how }, pairs)];
}

if (process.argv[1]?.includes('litert-memory'))
  console.log((await litertMemory(true)).map((row) => `${row.n} ${row.meanError} ${row.p90Error} ${row.spearman}`));
