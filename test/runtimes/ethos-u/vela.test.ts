import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inferShapes } from '../../../src/graph/infer-shapes.ts';
import { openModel } from '../../../src/measuring/measure.ts';
import { configurationOf } from '../../../src/runtimes/ethos-u/configuration.ts';
import { ethosU } from '../../../src/runtimes/ethos-u/runtime.ts';
import { vela, velaVersion } from '../../../src/runtimes/ethos-u/vela.ts';
import type { Artifact } from '../../../src/runtimes/runtime.ts';
import { resolveTarget } from '../../../src/targets/load.ts';

const located = await vela.locate();
// Shown, not hidden: without Vela nothing below has run.
const title = located.found ? `Vela ${located.version}` : `Vela (skipped: ${located.reason})`;

function artifactOf(file: string): Artifact {
  const bytes = readFileSync(new URL(`../../../fixtures/${file}`, import.meta.url));
  const { graph } = openModel(bytes, file);
  return { format: 'tflite', bytes, graph: inferShapes(graph) };
}

describe.skipIf(!located.found)(title, () => {
  it.each(['imx93-evk/ethos-u', 'ek-ra8p1/ethos-u', 'corstone-320/ethos-u'])(
    'compiles a model for %s, and is told of its own operators',
    async (id) => {
      const artifact = artifactOf('digits/base/digits-int8.tflite');
      const target = resolveTarget(id);
      const compiled = await ethosU.compile?.(artifact, target);
      expect(compiled?.format).toBe('tflite');
      const shipped = openModel(compiled?.bytes ?? new Uint8Array(), 'vela.tflite').graph;
      expect(shipped.operators.map(({ type }) => type)).toContain('ethos-u');
      const { known } = compiled ?? {};
      expect(known?.layers).toHaveLength(artifact.graph.operators.length);
      expect(known?.peakRam).toMatchObject({ basis: 'measured', unit: 'B' });
      expect(known?.peakRam?.source).toContain(`Vela ${velaVersion}`);
      expect(known?.peakRam?.source).toContain('own estimate');
      const sum = (known?.layers ?? []).reduce(
        (total, { latency, unit }) => total + (unit === 'npu' ? (latency ?? 0) : 0),
        0,
      );
      expect(sum).toBeGreaterThan(0);
    },
    120_000,
  );

  it('agrees with our own model about which operators fall back, and says what to do', async () => {
    const artifact = artifactOf('digits/unsupported/digits-int8.tflite');
    const target = resolveTarget('imx93-evk/ethos-u');
    const compiled = await ethosU.compile?.(artifact, target);
    const units = (estimate: { readonly layers: readonly { readonly unit: string }[] } | undefined) =>
      estimate?.layers.map(({ unit }) => unit);
    const own = ethosU.estimate(artifact, target);
    expect(units(compiled?.known as typeof own)).toStrictEqual(units(own));
    const codes = (compiled?.known.findings ?? []).map(({ code }) => code);
    expect(codes).toContain('accelerator-share');
    expect(codes).not.toContain('compiler-missing');
    expect(own.findings.map(({ code }) => code)).toContain('compiler-missing');
  }, 120_000);

  it('has memory for a model that the NPU runs nothing of', async () => {
    const artifact = artifactOf('digits/base/digits-float.tflite');
    const compiled = await ethosU.compile?.(artifact, resolveTarget('imx93-evk/ethos-u'));
    expect(compiled?.known.peakRam?.value).toBeGreaterThan(artifact.bytes.byteLength / 2);
    expect(compiled?.known.peakRam?.basis).toBe('modelled');
  }, 120_000);

  it('refuses what is no model with a finding, not with an exception', async () => {
    const good = artifactOf('digits/base/digits-int8.tflite');
    const bytes = good.bytes.slice();
    bytes.fill(255, 8, 64);
    const compiled = await ethosU.compile?.({ ...good, bytes }, resolveTarget('imx93-evk/ethos-u'));
    expect(compiled?.known.deployable).toBe(false);
    expect(compiled?.known.findings?.[0]).toMatchObject({ code: 'compiler-refused', severity: 'error' });
  }, 120_000);

  it('counts cycles independent of the clock', () => {
    expect(configurationOf(resolveTarget('alif-e7/ethos-u')).clockHz).toBe(400e6);
  });
});
