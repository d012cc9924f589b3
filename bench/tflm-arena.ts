/** Arena sizes and refusals against TensorFlow Lite Micro itself: `node scripts/run-ts.mjs bench/tflm-arena.ts`. */
import { tflmArena } from '../src/runtimes/tflm/arena/arena.ts';
import type { KernelBuild } from '../src/runtimes/tflm/kernels.ts';
import { unsupported } from '../src/runtimes/tflm/support/unsupported.ts';
import { percent, quantile, type TflmCore, tflmModels } from './tflm-reference.ts';

const builds: Readonly<Record<TflmCore, KernelBuild>> = {
  m4: { library: 'cmsis-nn', vectors: 'dsp' },
  m55: { library: 'cmsis-nn', vectors: 'mve' },
};
const models = tflmModels();
for (const core of ['m4', 'm55'] as const) {
  let compared = 0;
  let used = 0;
  let required = 0;
  let aboveBound = 0;
  for (const { file, graph, runs } of models) {
    const run = runs[core];
    if (run?.arena_used === undefined) continue;
    const { memory, parts } = tflmArena(graph, builds[core]);
    compared++;
    if (memory.arenaUsed === run.arena_used) used++;
    if (memory.arenaRequired === run.arena_min) required++;
    if ((parts[0]?.bytes ?? 0) > memory.lowerBound) aboveBound++;
    if (memory.arenaUsed !== run.arena_used || memory.arenaRequired !== run.arena_min) {
      console.log(
        `  ${core} ${file}: used ${memory.arenaUsed} (${run.arena_used}), required ${memory.arenaRequired} (${run.arena_min})`,
      );
    }
  }
  console.log(
    `${core}: arena used exact ${used} of ${compared}, required exact ${required} of ${compared}; plan above its lower bound ${aboveBound}`,
  );
}
let agreed = 0;
let judged = 0;
for (const { file, graph, runs } of models) {
  const run = runs.m4;
  if (run?.status === undefined) continue;
  judged++;
  const findings = unsupported(graph);
  if (findings.length > 0 === (run.status !== 'ok')) agreed++;
  else console.log(`  ${file}: ${run.status} ${run.why?.join(' ') ?? ''}; ours: ${JSON.stringify(findings)}`);
}
console.log(`refusals agree for ${agreed} of ${judged}`);

/** What the arena is off by when the kernels' own requests are not known: those of other kernels are taken instead. */
const strangers = models.flatMap(({ graph, runs }) =>
  (['m4', 'm55'] as const).flatMap((core) => {
    const required = runs[core]?.arena_min;
    if (required === undefined) return [];
    const { memory } = tflmArena(graph, { library: 'reference', vectors: 'none' });
    return [Math.abs(memory.arenaRequired / required - 1)];
  }),
);
console.log(
  `arena with the wrong kernel library: mean error ${percent(strangers.reduce((a, b) => a + b, 0) / strangers.length)}, 90th percentile ${percent(quantile(strangers, 0.9))} of ${strangers.length}`,
);
