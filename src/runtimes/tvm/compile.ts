import { concreteShape } from '../../graph/access.ts';
import type { Target } from '../../targets/target.ts';
import type { Artifact, Compiled } from '../runtime.ts';
import { readReport } from '../tools/compiled.ts';
import { failureOf, refusedBy } from '../tools/refused.ts';
import { llvmTarget } from './compiled-for.ts';
import driver from './driver.py';
import { modelledFigures } from './library.ts';
import { estimateLibrary } from './relax.ts';
import { parseTvmReport } from './report.ts';
import { tvm } from './tvm.ts';

const timeLimit = 10 * 60_000;

/**
 * What TVM makes of an artifact for the target's CPU: object files to link into a library, the size of its code and constants, and its plan of memory.
 * `undefined` when there is no TVM and none can be had; our own model's estimate, which says how to get it, stays then.
 * @throws UserError when TVM leaves a report that cannot be read
 */
export async function compileWithTvm(artifact: Artifact, target: Target): Promise<Compiled | undefined> {
  const llvm = llvmTarget(target.board);
  if (llvm === undefined) return undefined;
  const { graph, format, bytes } = artifact;
  const shapes = Object.fromEntries(
    graph.inputs.flatMap((id) => {
      const tensor = graph.tensors[id];
      const shape = concreteShape(tensor?.shape);
      return tensor === undefined || shape === undefined || tensor.data !== undefined ? [] : [[tensor.name, shape]];
    }),
  );
  const request = { format, shapes, target: llvm };
  const run = await tvm.run({
    arguments: ['driver.py'],
    files: {
      'driver.py': new TextEncoder().encode(driver),
      'request.json': new TextEncoder().encode(JSON.stringify(request)),
      [`model.${format}`]: bytes,
    },
    expects: [
      { key: 'library', path: 'library.tar' },
      { key: 'report', path: 'report.json' },
    ],
    timeLimit,
  });
  switch (run.status) {
    case 'not-found':
      return undefined;
    case 'timed-out':
      return refusedBy('TVM', artifact, `It did not end within ${timeLimit / 60_000} minutes.`);
    case 'failed':
      return refusedBy('TVM', artifact, failureOf(run));
    case 'done': {
      const { version, storageBytes, unplannedBytes, codeBytes, constantBytes } = readReport(`TVM ${run.version}`, () =>
        parseTvmReport(new TextDecoder().decode(run.files.get('report'))),
      );
      const own = modelledFigures(graph);
      const figures = { ...own, version, storageBytes, unplannedBytes, codeBytes, constantBytes };
      const memory = { ...own.memory, arenaUsed: storageBytes, arenaRequired: storageBytes, buffers: [] };
      return {
        bytes: run.files.get('library') ?? new Uint8Array(),
        format: 'tar',
        known: estimateLibrary(artifact, target, { ...figures, memory }),
      };
    }
  }
}
