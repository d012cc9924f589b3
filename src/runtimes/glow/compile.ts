import type { Target } from '../../targets/target.ts';
import type { Artifact, Compiled } from '../runtime.ts';
import { readReport } from '../tools/compiled.ts';
import { failureOf, refusedBy } from '../tools/refused.ts';
import { bundleMemory } from './bundle.ts';
import { estimateBundle } from './estimate.ts';
import { modelCompiler } from './glow.ts';
import { parseBundleHeader } from './report.ts';

/**
 * What Glow makes of an artifact: a bundle's object file with the weights behind it, and the memories that its header states.
 * `undefined` when there is no model-compiler.
 * @throws UserError when the header cannot be read
 */
export async function compileWithGlow(artifact: Artifact, target: Target): Promise<Compiled | undefined> {
  const { format, bytes, graph } = artifact;
  const run = await modelCompiler.run({
    arguments: [
      '-backend=CPU',
      `-model=model.${format}`,
      '-emit-bundle=bundle',
      '-network-name=model',
      '-bundle-api=static',
      ...targetArguments(target),
    ],
    files: { [`model.${format}`]: bytes },
    expects: [
      { key: 'object', path: 'bundle/model.o' },
      { key: 'header', path: 'bundle/model.h' },
      { key: 'weights', path: 'bundle/model.weights.bin' },
    ],
  });
  switch (run.status) {
    case 'not-found':
      return undefined;
    case 'timed-out':
      return refusedBy('Glow', artifact, `It did not end within ${run.timeLimit / 60_000} minutes.`);
    case 'failed':
      return refusedBy('Glow', artifact, failureOf(run));
    case 'done': {
      const header = readReport(`Glow model-compiler ${run.version}`, () =>
        parseBundleHeader(new TextDecoder().decode(run.files.get('header'))),
      );
      const object = run.files.get('object') ?? new Uint8Array();
      const weights = run.files.get('weights') ?? new Uint8Array();
      const own = bundleMemory(graph);
      const memory = {
        ...own.activations,
        arenaUsed: header.activations,
        arenaRequired: header.activations,
        buffers: [],
      };
      const figures = {
        constant: header.constant,
        mutable: header.mutable,
        activations: memory,
        liveBytes: own.liveBytes,
        compiled: { by: `Glow model-compiler ${run.version}`, objectBytes: object.byteLength },
      };
      return { bytes: Buffer.concat([object, weights]), format: 'o', known: estimateBundle(artifact, target, figures) };
    }
  }
}

/** How Glow's LLVM is told of a core (pytorch/glow docs/AOT.md, "Cross-compile a bundle"). */
function targetArguments({ board: { core } }: Target): readonly string[] {
  const isLinux = core.architecture.startsWith('armv8') && core.roofline !== undefined;
  const float = core.features.fpu === 'none' ? 'soft' : 'hard';
  return isLinux ? ['-target=aarch64', `-mcpu=${core.id}`] : ['-target=arm', `-mcpu=${core.id}`, `-float-abi=${float}`];
}
