import type { Target } from '../../targets/target.ts';
import type { Artifact, Compiled, Estimate } from '../runtime.ts';
import { refusedBy } from '../tools/refused.ts';
import { configurationOf } from './configuration.ts';
import { estimateFrom } from './estimate.ts';
import { factsFromVela } from './from-vela.ts';
import { modelledFacts } from './model/modelled-facts.ts';
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
      return refusedBy('Vela', artifact, run.reason);
    case 'compiled': {
      const facts = factsFromVela(run, artifact.graph, configuration);
      const known = estimateFrom(facts, artifact, target, configuration);
      const isIdle = facts.operators.every(({ unit }) => unit !== 'npu');
      return { bytes: run.bytes, format: 'tflite', known: isIdle ? withOwnRam(known, artifact, target) : known };
    }
  }
}

/** Vela counts no memory for a model that the NPU runs nothing of; ours does. */
function withOwnRam(known: Estimate, artifact: Artifact, target: Target): Estimate {
  const configuration = configurationOf(target);
  const own = estimateFrom(modelledFacts(artifact.graph, configuration), artifact, target, configuration);
  return { ...known, peakRam: own.peakRam, parts: { ...known.parts, peakRam: own.parts.peakRam } };
}
