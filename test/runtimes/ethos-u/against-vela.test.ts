import { expect, it } from 'vitest';
import { clusterWeights } from '../../../src/cluster/cluster-weights.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { inferShapes } from '../../../src/graph/infer-shapes.ts';
import { openModel } from '../../../src/measuring/measure.ts';
import { npuConfiguration } from '../../../src/runtimes/ethos-u/configuration.ts';
import { modelledFacts } from '../../../src/runtimes/ethos-u/model/modelled-facts.ts';
import { modelRefusal } from '../../../src/runtimes/ethos-u/support/placements.ts';
import { describeWithReference, hasReference, referenceBytes, referenceJson } from '../../support/reference.ts';

interface Row {
  readonly error?: string;
  readonly cpu_ops?: number;
  readonly npu_ops?: number;
  readonly cycles_total?: number;
  readonly sram_memory_used?: number;
}

const models = hasReference ? referenceJson<{ models: Record<string, Record<string, Row>> }>('vela.json').models : {};

describeWithReference('against Vela 5.2.0 on every reference model', () => {
  const compared = Object.entries(models).flatMap(([file, rows]) => {
    const graph = inferShapes(openModel(referenceBytes({ file }), file).graph);
    return Object.entries(rows).map(([name, vela]) => {
      const configuration = npuConfiguration(name.split(' ')[0] ?? '');
      return { file, graph, configuration, vela, ours: modelledFacts(graph, configuration) };
    });
  });

  it('the same operators run on the NPU', () => {
    const different = compared.filter(({ graph, configuration, vela, ours }) => {
      const refusal = modelRefusal(graph, configuration.family);
      if (vela.error !== undefined) return refusal === undefined;
      return refusal !== undefined || ours.operators.filter(({ unit }) => unit === 'cpu').length !== vela.cpu_ops;
    });
    expect(different.map(({ file, configuration }) => `${file} ${configuration.accelerator}`)).toStrictEqual([]);
    expect(compared).toHaveLength(4 * 154);
  });

  it.each(['ethos-u55-128', 'ethos-u55-256', 'ethos-u65-256', 'ethos-u85-256'])(
    'cycles and SRAM of %s are close for most models',
    (accelerator) => {
      const own = compared.filter(
        ({ configuration, vela }) => configuration.accelerator === accelerator && (vela.npu_ops ?? 0) > 0,
      );
      const median = (errors: readonly number[]): number => [...errors].sort((a, b) => a - b)[errors.length >> 1] ?? 1;
      const cycles = own.map(({ ours, vela }) => Math.abs(ours.cycles / (vela.cycles_total ?? 1) - 1));
      const sram = own.flatMap(({ ours, vela }) =>
        (vela.sram_memory_used ?? 0) > 0 ? [Math.abs(ours.sramBytes / ((vela.sram_memory_used ?? 1) * 1024) - 1)] : [],
      );
      expect(median(cycles)).toBeLessThan(0.02);
      expect(median(sram)).toBeLessThan(0.01);
    },
  );

  // What Vela 5.2.0 compiled for Ethos-U55-128 of weights that share 2^bits values: bench/ethos-u-weights.ts.
  it.each([
    [5, 'tensor', 27984],
    [4, 'tensor', 25200],
    [3, 'tensor', 22128],
    [2, 'tensor', 19264],
    [4, 'channel', 35856],
  ] as const)('weights of %d bits by %s save as much of the file', (bits, scope, compiled) => {
    const file = 'mlcommons+tiny/benchmark/training/keyword_spotting/trained_models/kws_ref_model.tflite';
    const { graph } = openModel(referenceBytes({ file }), file);
    const configuration = npuConfiguration('ethos-u55-128');
    const fileBytes = (each: Graph) => modelledFacts(each, configuration).fileBytes;
    const saved = fileBytes(graph) - fileBytes(clusterWeights(graph, { bits, scope }).graph);
    expect(Math.abs(saved - (35840 - compiled))).toBeLessThan(1000);
  });
});
