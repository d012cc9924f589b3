import { describe, expect, it } from 'vitest';
import { modelExtras } from '../../../src/formats/tflite/extras.ts';
import { readTflite } from '../../../src/formats/tflite/read.ts';
import { writeTflite } from '../../../src/formats/tflite/write.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { tflmArena } from '../../../src/runtimes/tflm/arena/arena.ts';
import { finishFor } from '../../../src/runtimes/tflm/finish.ts';
import type { KernelBuild } from '../../../src/runtimes/tflm/kernels.ts';
import { planOffline } from '../../../src/runtimes/tflm/offline-plan/plan-offline.ts';
import { withOwnPlan } from '../../../src/runtimes/tflm/own-plan.ts';
import { network } from '../../passes/tflite/network.ts';
import { differences } from '../../passes/tflite/same-outputs.ts';
import { describeWithReference, referenceBytes, referenceModels } from '../../support/reference.ts';
import { collisions } from './requests.ts';

const builds: readonly KernelBuild[] = [
  { library: 'cmsis-nn', vectors: 'dsp' },
  { library: 'cmsis-nn', vectors: 'mve' },
  { library: 'reference', vectors: 'none' },
];
const [dsp = { library: 'cmsis-nn', vectors: 'dsp' }] = builds;
const arena = (graph: Graph, build: KernelBuild = dsp) => tflmArena(graph, build).memory;
const plansOf = (graph: Graph) =>
  modelExtras(graph).metadata?.filter(({ name }) => name === 'OfflineMemoryAllocation') ?? [];

/** A chain in which TensorFlow Lite Micro's own planner leaves a gap: sizes from input to output, in bytes. */
function chain(...sizes: readonly number[]): Graph {
  const net = network();
  const [first = 0, ...others] = sizes;
  const input = net.input([first]);
  const output = others.reduce((from, size) => net.layer('SLICE', [from], [size]), input);
  return net.graph([input], [output]);
}

const gap = chain(64, 3072, 1024, 1024, 3072, 64);

describe('planOffline', () => {
  it('writes a plan where it saves RAM, as TensorFlow Lite Micro reads it', () => {
    const planned = planOffline(gap, dsp);
    const [plan] = plansOf(planned);
    expect([...new Int32Array(plan?.data.slice().buffer ?? new ArrayBuffer(0))].slice(0, 3)).toEqual([0, 0, 6]);
    expect(arena(planned).arenaRequired).toBeLessThan(arena(gap).arenaRequired);
    expect(arena(readTflite(writeTflite(planned), 'planned')).arenaRequired).toBe(arena(planned).arenaRequired);
  });

  it('leaves what the runtime would do without it in the measurement', () => {
    const planned = planOffline(gap, dsp);
    const { ownPlan, ...memory } = withOwnPlan(arena(planned), planned, dsp);
    expect(memory).toEqual(arena(planned));
    expect(ownPlan?.arenaRequired).toBe(arena(gap).arenaRequired);
    expect(ownPlan?.buffers).toEqual(arena(gap).buffers);
    expect(withOwnPlan(arena(gap), gap, dsp)).toEqual(arena(gap));
  });

  it('writes none where it saves nothing, and removes one that is in the way', () => {
    const plain = chain(64, 128, 64);
    expect(planOffline(plain, dsp)).toBe(plain);
    const data = new Uint8Array(Int32Array.of(0, 0, 3, 4096, 8192, 16384).buffer);
    const wasteful = { ...plain, extras: { metadata: [{ name: 'OfflineMemoryAllocation', data }] } };
    expect(planOffline(wasteful, dsp)).toEqual(plain);
  });

  it('replaces a plan by a better one', () => {
    const planned = planOffline(gap, dsp);
    expect(planOffline(planned, dsp)).toEqual(planned);
    const data = new Uint8Array(Int32Array.of(0, 0, 6, 0, 1024, 8192, 16384, 32768, 0).buffer);
    const wasteful = { ...gap, extras: { metadata: [{ name: 'OfflineMemoryAllocation', data }] } };
    expect(planOffline(wasteful, dsp)).toEqual(planned);
    expect(plansOf(planOffline(wasteful, dsp))).toHaveLength(1);
  });

  it('leaves models with several subgraphs alone', () => {
    const graph = { ...gap, subgraphs: [chain(1, 1)] };
    expect(planOffline(graph, dsp)).toBe(graph);
  });
});

describeWithReference('on every reference .tflite', () => {
  const models = referenceModels()
    .filter(({ format }) => format === 'tflite')
    .map((model) => ({ file: model.file, graph: readTflite(referenceBytes(model), model.file) }));

  it('a plan makes no arena larger, reaches the lower bound, and lets no two buffers collide', () => {
    let smaller = 0;
    for (const { file, graph } of models) {
      for (const build of builds) {
        const planned = planOffline(graph, build);
        const [before, after] = [arena(graph, build), arena(planned, build)];
        expect(after.arenaRequired, file).toBeLessThanOrEqual(before.arenaRequired);
        if (planned === graph) continue;
        smaller++;
        const { buffers } = after;
        expect(after.arenaRequired, file).toBeLessThan(before.arenaRequired);
        expect(Math.max(...buffers.map(({ offset, bytes }) => offset + bytes)), file).toBe(after.lowerBound);
        const plan = { offsets: buffers.map(({ offset }) => offset), bytes: 0 };
        // `buffers` count operators, where inputs and the first operator's outputs share a moment, as they do in the plan.
        expect(collisions(buffers, plan), file).toBe(0);
      }
    }
    expect(smaller).toBeGreaterThan(12);
  }, 120_000);

  it("MLPerf Tiny's visual wake words needs 82,276 B with a plan, less with its dead channels gone", () => {
    const graph = models.find(({ file }) => file.endsWith('vww_96_int8.tflite'))?.graph;
    if (graph === undefined) throw new Error('vww_96_int8.tflite is missing');
    expect(arena(graph).arenaUsed).toBe(100_708);
    expect(arena(planOffline(graph, dsp)).arenaUsed).toBe(82_276);
  });

  it('a model that computes its shapes from a free batch has them as constants, and gives the same bits', () => {
    const { graph } = models.find(({ file }) => file.endsWith('mbnet96_0.25_q.tflite')) ?? { graph: gap };
    const finished = finishFor(graph, dsp);
    expect(graph.operators.filter(({ type }) => type === 'SHAPE')).not.toHaveLength(0);
    expect(finished.operators.filter(({ type }) => ['SHAPE', 'PACK', 'STRIDED_SLICE'].includes(type))).toEqual([]);
    expect(differences(graph, finished, 2)).toBe(0);
  }, 60_000);

  it('what finishing makes of a model needs no more RAM, and is stable', () => {
    for (const { file, graph } of models) {
      const finished = finishFor(graph, dsp);
      expect(arena(finished).arenaRequired, file).toBeLessThanOrEqual(arena(graph).arenaRequired);
      expect(arena(finishFor(finished, dsp)).arenaRequired, file).toBe(arena(finished).arenaRequired);
    }
  }, 120_000);
});
