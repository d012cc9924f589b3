import type { Target } from '../../targets/target.ts';
import type { Finding } from '../measurement.ts';
import type { Artifact, Compiled } from '../runtime.ts';
import { configurationOf } from './configuration.ts';
import { estimateFrom } from './estimate.ts';
import { factsFromVela } from './from-vela.ts';
import { runVela } from './run-vela.ts';

/**
 * What Vela makes of an artifact for the target's NPU: the `.tflite` that ships, and Vela's own figures.
 * `undefined` when there is no Vela and none can be had; our own model's estimate, which says how to get it, stays then.
 */
export async function compileForEthosU(artifact: Artifact, target: Target): Promise<Compiled | undefined> {
  const configuration = configurationOf(target);
  const run = await runVela(artifact.bytes, configuration);
  switch (run.status) {
    case 'missing':
      return undefined;
    case 'refused':
      return refused(artifact, run.reason);
    case 'compiled':
      return {
        bytes: run.bytes,
        format: 'tflite',
        known: estimateFrom(factsFromVela(run, artifact.graph, configuration), artifact, target, configuration),
      };
  }
}

function refused(artifact: Artifact, reason: string): Compiled {
  const finding: Finding = {
    code: 'compiler-refused',
    severity: 'error',
    message: `Vela does not compile this model: ${reason}`.slice(0, 2000),
  };
  const why = 'Vela does not compile this model';
  return {
    bytes: artifact.bytes,
    format: 'tflite',
    known: {
      deployable: false,
      peakRam: null,
      flash: null,
      latency: null,
      energy: null,
      unavailable: { peakRam: why, flash: why, latency: why, energy: why },
      parts: { peakRam: [], flash: [] },
      layers: [],
      findings: [finding],
    },
  };
}
