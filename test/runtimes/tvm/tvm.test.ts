import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inferShapes } from '../../../src/graph/infer-shapes.ts';
import { openModel } from '../../../src/measuring/measure.ts';
import type { Artifact } from '../../../src/runtimes/runtime.ts';
import { tvmRuntime } from '../../../src/runtimes/tvm/runtime.ts';
import { tvm, tvmVersion } from '../../../src/runtimes/tvm/tvm.ts';
import { resolveTarget } from '../../../src/targets/load.ts';

const located = await tvm.locate();
// Shown, not hidden: without TVM nothing below has run.
const title = located.found ? `TVM ${located.version}` : `TVM (skipped: ${located.reason})`;

function artifactOf(file: string): Artifact {
  const bytes = readFileSync(new URL(`../../../fixtures/${file}`, import.meta.url));
  const { format, graph } = openModel(bytes, file);
  return { format, bytes, graph: inferShapes(graph) };
}

describe.skipIf(!located.found)(title, () => {
  const onnx = 'digits/base/digits.onnx';

  it.each([
    [onnx, 'raspberry-pi-4/tvm', 183],
    ['digits/base/digits-int8.tflite', 'stm32mp157f-dk2/tvm', 40],
  ])(
    'compiles %s for %s: object files for its CPU, and memory as our own model plans it',
    async (file, id, machine) => {
      const artifact = artifactOf(file);
      const target = resolveTarget(id);
      const compiled = await tvmRuntime.compile?.(artifact, target);
      expect(compiled?.format).toBe('tar');
      const library = Buffer.from(compiled?.bytes ?? []);
      // e_machine of the ELF file that follows the first header of the archive.
      expect(library.subarray(513, 516).toString()).toBe('ELF');
      expect(library.readUInt16LE(512 + 18)).toBe(machine);
      expect(compiled?.known.flash).toMatchObject({ basis: 'measured', source: expect.stringContaining(tvmVersion) });
      if (file === onnx) {
        // The same model gives the same bytes.
        expect((await tvmRuntime.compile?.(artifact, target))?.bytes).toEqual(compiled?.bytes);
      }
      const own = tvmRuntime.estimate(artifact, target);
      expect(compiled?.known.memory?.arenaUsed).toBe(own.memory?.arenaUsed);
      expect(own.flash).toMatchObject({ basis: 'modelled' });
      expect(own.findings.map(({ code }) => code)).toContain('compiler-missing');
      expect(compiled?.known.findings?.map(({ code }) => code)).not.toContain('compiler-missing');
    },
    120_000,
  );

  it('refuses what our own model says that it refuses, in its own words', async () => {
    const artifact = artifactOf('kernels/reverse-v2-int8.tflite');
    const target = resolveTarget('raspberry-pi-4/tvm');
    expect(tvmRuntime.estimate(artifact, target).findings).toContainEqual(
      expect.objectContaining({ code: 'unsupported-operator', severity: 'error' }),
    );
    const compiled = await tvmRuntime.compile?.(artifact, target);
    expect(compiled?.known.deployable).toBe(false);
    expect(compiled?.known.findings?.[0]).toMatchObject({
      code: 'compiler-refused',
      message: expect.stringContaining('REVERSE_V2'),
    });
  }, 120_000);
});
