import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { folderSource } from '../../src/data/folder-source.ts';
import { readDataSet } from '../../src/data/read-data-set.ts';
import { measurementSchema } from '../../src/measurement/measurement.ts';
import { measureModel, openModel } from '../../src/measuring/measure.ts';
import { parseRecipe } from '../../src/optimize/recipe.ts';
import { referenceModel } from '../../src/reference-networks/reference-model.ts';
import { referenceNetworks } from '../../src/reference-networks/reference-networks.ts';
import { vela } from '../../src/runtimes/ethos-u/vela.ts';
import { runtimes } from '../../src/runtimes/registry.ts';
import type { Tool } from '../../src/runtimes/tools/tool.ts';
import { tvm } from '../../src/runtimes/tvm/tvm.ts';
import { resolveTarget } from '../../src/targets/load.ts';

type Basis = 'exact' | 'measured' | 'modelled' | null;

interface Expectation {
  readonly target: string;
  readonly model: string;
  /** `lossless` unless told: the runtime takes integers alone. */
  readonly recipe?: 'int8';
  /** Basis of peak RAM, flash, latency; `null` where there is no figure, with a reason. */
  readonly modelled: readonly [Basis, Basis, Basis];
  /** The real compiler, where it can be had without a licence, what it makes of the basis, and the format that ships. */
  readonly compiler?: { readonly tool: Tool; readonly basis: readonly [Basis, Basis, Basis]; readonly format: string };
}

const int8 = 'digits-int8.tflite';
const onnx = 'digits.onnx';
const calibration = await readDataSet('fixtures/digits/calibration.npz', folderSource('.'));

/** One for every runtime of the registry: a new one is not done before it is here. */
const expectations: Readonly<Record<string, Expectation>> = {
  tflm: { target: 'nucleo-l4r5zi/tflm', model: int8, modelled: ['modelled', 'modelled', 'modelled'] },
  litert: { target: 'raspberry-pi-4/litert', model: int8, modelled: ['modelled', 'modelled', 'modelled'] },
  onnxruntime: { target: 'raspberry-pi-4/onnxruntime', model: onnx, modelled: ['modelled', 'exact', 'modelled'] },
  'ethos-u': {
    target: 'imx93-evk/ethos-u',
    model: int8,
    modelled: ['modelled', 'modelled', 'modelled'],
    compiler: { tool: vela, basis: ['measured', 'exact', 'measured'], format: 'tflite' },
  },
  'st-edge-ai': { target: 'nucleo-l4r5zi/st-edge-ai', model: int8, modelled: ['modelled', 'modelled', 'modelled'] },
  tensorrt: { target: 'jetson-orin-nano/tensorrt', model: onnx, modelled: [null, 'modelled', 'modelled'] },
  synap: { target: 'sl1680/synap', model: int8, modelled: [null, null, 'modelled'] },
  'vx-delegate': { target: 'imx8mp-evk/vx-delegate', model: int8, modelled: [null, null, 'modelled'] },
  neutron: { target: 'frdm-mcxn947/neutron', model: int8, modelled: [null, null, 'modelled'] },
  nntool: { target: 'gap9/nntool', model: int8, modelled: [null, null, 'modelled'] },
  'esp-dl': { target: 'esp32-p4/esp-dl', model: onnx, recipe: 'int8', modelled: ['modelled', null, 'modelled'] },
  tvm: {
    target: 'raspberry-pi-4/tvm',
    model: onnx,
    modelled: ['modelled', 'modelled', 'modelled'],
    compiler: { tool: tvm, basis: ['modelled', 'measured', 'modelled'], format: 'tar' },
  },
  glow: { target: 'mimxrt1060-evk/glow', model: int8, modelled: ['modelled', 'modelled', 'modelled'] },
  // All or nothing, so a network that it takes.
  ai8x: { target: 'max78000/ai8x', model: 'mlperf-tiny/anomaly-detection', modelled: [null, 'modelled', 'modelled'] },
};

// Where a change lands they must run; elsewhere Python may be missing.
test.runIf(process.env.EDGE_READY_COMPILERS === 'required')(
  'the real compilers are here',
  async () => {
    for (const { compiler } of Object.values(expectations)) {
      if (compiler !== undefined) expect(await compiler.tool.locate()).toMatchObject({ found: true });
    }
  },
  600_000,
);

test('every runtime of the registry is here', () => {
  expect(Object.keys(expectations).sort()).toEqual([...runtimes.keys()].sort());
});

describe.each(Object.entries(expectations))(
  '%s',
  async (id, { target: targetId, model: name, recipe = 'lossless', modelled, compiler }) => {
    const file = `fixtures/digits/base/${name}`;
    const model = referenceNetworks.has(name) ? referenceModel(name) : openModel(readFileSync(file), file);
    const target = resolveTarget(targetId);
    const compiled = compiler !== undefined && (await compiler.tool.locate()).found;
    const [peakRam, flash, latency] = compiled ? compiler.basis : modelled;

    test(`from a model to a Measurement${compiler === undefined ? '' : compiled ? `, compiled by ${compiler.tool.title}` : `, ${compiler.tool.title} is not here`}`, async () => {
      const { measurement, artifact } = await measureModel(model, target, {
        recipe: parseRecipe(recipe),
        calibration,
      });
      measurementSchema.parse(measurement);
      expect(measurement.target.runtime).toBe(id);
      expect(measurement.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(measurement.deployable).toBe(true);
      expect(artifact.byteLength).toBeGreaterThan(0);
      const basisOf = (metric: { readonly basis: Basis } | null) => metric?.basis ?? null;
      expect({
        peakRam: basisOf(measurement.peakRam),
        flash: basisOf(measurement.flash),
        latency: basisOf(measurement.latency),
      }).toEqual({ peakRam, flash, latency });
      for (const metric of ['peakRam', 'flash', 'latency'] as const) {
        if (measurement[metric] === null) expect(measurement.unavailable[metric]).toMatch(/\w+ \w+/);
        else expect(measurement[metric].value).toBeGreaterThan(0);
        if (measurement[metric]?.basis === 'modelled' && measurement[metric].bound === undefined)
          expect(measurement[metric].error).toBeGreaterThan(0);
      }
      expect(measurement.layers.length).toBeGreaterThan(5);
      if (compiled) expect(measurement.artifact.format).toBe(compiler.format);
    }, 180_000);
  },
);
