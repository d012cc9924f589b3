import type { Finding } from '../../measurement/measurement.ts';
import { isQuantized } from '../../quantize/is-quantized.ts';
import type { Target } from '../../targets/target.ts';
import type { Artifact, Estimate, Runtime } from '../runtime.ts';
import { linkTogether } from '../tflm/flash/flash.ts';
import { compileForEthosU } from './compile.ts';
import { configurationOf } from './configuration.ts';
import { estimateFrom } from './estimate.ts';
import { modelledFacts } from './model/modelled-facts.ts';
import { modelRefusal } from './support/placements.ts';
import { vela, velaVersion } from './vela.ts';

/** Arm Ethos-U: Vela turns the operators that the NPU takes into its commands; the rest runs on the CPU beside it, in TensorFlow Lite Micro or in LiteRT. */
export const ethosU: Runtime = {
  id: 'ethos-u',
  title: 'Arm Ethos-U (Vela)',
  loads: ['tflite'],
  takesAsIs: isQuantized,
  linkTogether,
  estimate,
  compile: compileForEthosU,
  compilerVersion: vela.version,
};

/** Without Vela: our own model of what it would do. */
function estimate(artifact: Artifact, target: Target): Estimate {
  const configuration = configurationOf(target);
  const facts = modelledFacts(artifact.graph, configuration);
  const { findings, deployable, ...rest } = estimateFrom(facts, artifact, target, configuration);
  const refusal = modelRefusal(artifact.graph, configuration.family);
  const notes: readonly Finding[] = [
    ...(refusal === undefined
      ? []
      : [
          {
            code: 'compiler-refused',
            severity: 'error' as const,
            message: `Vela does not compile this model: ${refusal}`,
          },
        ]),
    {
      code: 'compiler-missing',
      severity: 'info',
      message: `These figures are our own model of Vela ${velaVersion}, which is not on this machine; what ships is still to be compiled. ${vela.howToGet}`,
    },
  ];
  return { ...rest, deployable: deployable && refusal === undefined, findings: [...notes, ...findings] };
}
