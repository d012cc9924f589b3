/** What the lossless passes and the memory plan give back, per model and core: `node scripts/run-ts.mjs bench/tflm-lossless.ts`. */
import { writeTflite } from '../src/formats/tflite/write.ts';
import type { Graph } from '../src/graph/graph.ts';
import { graphMacs } from '../src/graph/macs.ts';
import { optimizeTflite } from '../src/passes/tflite/optimize.ts';
import { tflmArena } from '../src/runtimes/tflm/arena.ts';
import type { KernelBuild } from '../src/runtimes/tflm/kernels.ts';
import { planOffline } from '../src/runtimes/tflm/plan-offline.ts';
import { type TflmCore, tflmModels } from './tflm-reference.ts';

const builds: Readonly<Record<TflmCore, KernelBuild>> = {
  m4: { library: 'cmsis-nn', vectors: 'dsp' },
  m55: { library: 'cmsis-nn', vectors: 'mve' },
};
const models = tflmModels();
const share = (after: number, before: number) => `${(100 * (after / before - 1)).toFixed(1)} %`;
const arenaOf = (graph: Graph, build: KernelBuild) => tflmArena(graph, build).memory;

for (const core of ['m4', 'm55'] as const) {
  const build = builds[core];
  let planned = 0;
  let slowest = 0;
  console.log(`${core}: the offline plan alone, arena used (lower bound of its buffers)`);
  for (const { file, graph, runs } of models) {
    if (runs[core]?.arena_used === undefined) continue;
    const start = performance.now();
    const smaller = planOffline(graph, build);
    slowest = Math.max(slowest, performance.now() - start);
    if (smaller === graph) continue;
    planned++;
    const [before, after] = [tflmArena(graph, build), tflmArena(smaller, build)];
    console.log(
      `  ${file}: ${before.memory.arenaUsed} -> ${after.memory.arenaUsed} B (${share(after.memory.arenaUsed, before.memory.arenaUsed)}), ` +
        `buffers ${before.parts[0]?.bytes} -> ${after.parts[0]?.bytes} B (${after.memory.lowerBound}), ` +
        `file ${writeTflite(smaller).length - writeTflite(graph).length} B more`,
    );
  }
  console.log(
    `${core}: ${planned} models have a smaller plan than their own; planning took ${slowest.toFixed(0)} ms at most`,
  );
}

console.log('the other passes: MACs, bytes of the file, arena used on m4');
let [bytesBefore, bytesAfter] = [0, 0];
for (const { file, graph } of models) {
  const optimized = optimizeTflite(graph);
  const [before, after] = [graph, optimized].map((each) => ({
    macs: graphMacs(each),
    bytes: writeTflite(each).length,
    arena: arenaOf(each, builds.m4).arenaUsed,
    operators: each.operators.length,
  }));
  if (before === undefined || after === undefined) continue;
  bytesBefore += before.bytes;
  bytesAfter += after.bytes;
  const isNotable = after.macs < before.macs || after.operators < before.operators || after.arena < before.arena;
  if (!isNotable) continue;
  console.log(
    `  ${file}: ${before.macs} -> ${after.macs} MACs, ${before.operators} -> ${after.operators} operators, ` +
      `${before.bytes} -> ${after.bytes} B, arena ${before.arena} -> ${after.arena} B`,
  );
}
console.log(`all models: ${bytesBefore} -> ${bytesAfter} B (${share(bytesAfter, bytesBefore)})`);
