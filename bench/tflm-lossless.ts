/** What the lossless passes and the memory plan give back, per model and core: `node scripts/run-ts.mjs bench/tflm-lossless.ts`. */
import { writeTflite } from '../src/formats/tflite/write.ts';
import type { Graph } from '../src/graph/graph.ts';
import { graphMacs } from '../src/graph/macs.ts';
import { optimizeTflite } from '../src/passes/tflite/optimize.ts';
import { tflmArena } from '../src/runtimes/tflm/arena/arena.ts';
import { finishFor } from '../src/runtimes/tflm/finish.ts';
import type { KernelBuild } from '../src/runtimes/tflm/kernels.ts';
import { planOffline } from '../src/runtimes/tflm/offline-plan/plan-offline.ts';
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

for (const core of ['m4', 'm55'] as const) {
  const build = builds[core];
  let [before, after, slowest, count] = [0, 0, 0, 0];
  const savings: { readonly file: string; readonly text: string; readonly share: number }[] = [];
  for (const { file, graph, runs } of models) {
    if (runs[core]?.arena_used === undefined) continue;
    const start = performance.now();
    const finished = finishFor(optimizeTflite(graph), build);
    slowest = Math.max(slowest, performance.now() - start);
    const [own, least] = [arenaOf(graph, build).arenaRequired, arenaOf(finished, build).arenaRequired];
    before += own;
    after += least;
    count++;
    savings.push({ file, text: `${own} -> ${least} B (${share(least, own)})`, share: least / own });
  }
  console.log(`${core}: everything together, arena required; the models that gain most`);
  for (const { file, text } of savings.sort((a, b) => a.share - b.share).slice(0, 16))
    console.log(`  ${file}: ${text}`);
  const fewer = savings.filter(({ share: ratio }) => ratio < 1).length;
  const more = savings.filter(({ share: ratio }) => ratio > 1).length;
  console.log(
    `${core}: ${fewer} of ${count} models need less RAM, ${more} more; all together ${before} -> ${after} B (${share(after, before)}); ${slowest.toFixed(0)} ms at most`,
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
