import { readRunContext } from '../../../src/github/context.ts';
import { mergeShards } from '../../../src/github/merge-shards.ts';
import { parseShard } from '../../../src/github/shard.ts';
import { budget, comparison, narrowModel, report, wideModel } from '../../support/measurements.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { mutateBytes } from '../mutate-bytes.ts';
import { mutateTree } from '../mutate-tree.ts';
import { renderedEverywhere } from './rendered.ts';

/** Shards as a leg in a stranger's fork could upload them: read by the schema, merged with a sound one, and rendered. */
export function shardFuzzer(): Fuzzer {
  const sides = { base: { measurement: narrowModel() }, head: { measurement: wideModel() } };
  const compared = comparison({
    ...sides,
    budgets: [
      budget('peakRam', { kind: 'max', value: 65_536 }),
      budget('flash', { kind: 'max-increase', relative: 0.02 }),
    ],
  });
  const unmeasured = comparison({ head: null, problems: ['models/x.onnx is damaged'] });
  const shard = (index: number, comparisons: readonly ReturnType<typeof comparison>[]) => ({
    schemaVersion: 1,
    key: 'gate',
    leg: { job: 'measure', jobId: 1 + index, step: '__gate', index, total: 2, matrix: '{"target":"nano33"}' },
    run: { id: 1, attempt: 1 },
    report: report(comparisons, { notes: ['a note'], problems: ['a problem'] }),
  });
  const seeds = [shard(0, [compared, unmeasured]), shard(1, [compared])];
  const sound = parseShard(JSON.stringify(shard(1, [compared])), 'sound');
  const context = readRunContext({});
  return {
    name: 'shard',
    extension: 'json',
    seeds: seeds.map((shard) => new TextEncoder().encode(JSON.stringify(shard))),
    mutate: (random) => {
      const tree = mutateTree(random.pick(seeds), random.pick(seeds), random);
      const bytes = new TextEncoder().encode(JSON.stringify(tree));
      return random.chance(8) ? mutateBytes(bytes, random) : bytes;
    },
    run: (bytes) => {
      const parsed = parseShard(new TextDecoder().decode(bytes), 'edge-ready-gate-x');
      renderedEverywhere(mergeShards({ shards: [parsed, sound], problems: [] }, context));
      return 'rendered';
    },
  };
}
