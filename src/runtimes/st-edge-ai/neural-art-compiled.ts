import type { Finding } from '../../measurement/measurement.ts';
import type { Target } from '../../targets/target.ts';
import { misfits } from '../estimate/misfits.ts';
import { totalBytes } from '../estimate/total-bytes.ts';
import type { Estimate, Part } from '../runtime.ts';
import { undecided } from '../tools/compiled.ts';
import type { Epochs, MemoryPool, NeuralArtReport } from './neural-art-report.ts';

/**
 * What ST's compiler makes certain of a network on the Neural-ART NPU: memories by pool, and which epochs the NPU does not run. It states no time.
 * @param tool with its version
 */
export function knownOnNeuralArt(
  { pools, epochs, library }: NeuralArtReport,
  tool: string,
  target: Target,
  estimated: Estimate,
): Partial<Estimate> {
  const ram: readonly Part[] = [
    ...pools.flatMap(({ name, activations }) => part(`activations in ${name}`, activations, 'arena')),
    ...pools.filter((pool) => !isFlash(pool)).flatMap(({ name, weights }) => part(`weights in ${name}`, weights)),
    ...part('state of the runtime', library?.ram ?? 0),
  ];
  const flash: readonly Part[] = [
    // Weights that lie in RAM come from flash as well: they are copied there before the first inference.
    ...pools.flatMap(({ name, weights }) => part(`weights in ${name}`, weights)),
    ...part('generated code', library?.generated ?? 0),
    ...part('runtime', (library?.flash ?? 0) - (library?.generated ?? 0), 'runtime'),
  ];
  const source =
    library === undefined ? `${tool}; its runtime is not counted, for which arm-none-eabi-gcc is needed on PATH` : tool;
  const findings = [
    ...undecided(estimated.findings),
    epochsFinding(epochs, estimated, tool),
    ...misfits(target, totalBytes(ram), totalBytes(flash), 'flash'),
  ];
  return {
    deployable: findings.every(({ severity }) => severity !== 'error'),
    peakRam: { value: totalBytes(ram), unit: 'B', basis: 'measured', source },
    flash: { value: totalBytes(flash), unit: 'B', basis: 'measured', source },
    memory: null,
    parts: { peakRam: ram, flash },
    findings: findings.slice(0, 1000),
  };
}

const part = (name: string, bytes: number, shared?: Part['shared']): readonly Part[] =>
  bytes <= 0 ? [] : [{ name: name.slice(0, 200), bytes, ...(shared === undefined ? {} : { shared }) }];

/** Pools are called as ST's and its users' descriptions do: `octoFlash`, `npuRAM5`, `hyperRAM`. */
const isFlash = ({ name }: MemoryPool): boolean => /flash/i.test(name);

/** Which epochs the NPU runs; a warning where more run on the CPU than the estimate of latency took for granted. */
function epochsFinding({ hardware, hybrid, software, operators }: Epochs, { layers }: Estimate, tool: string): Finding {
  const onCpu = layers.filter(({ unit }) => unit === 'cpu').length;
  const worse = software + hybrid > onCpu;
  const what = operators.length === 0 ? '' : `: ${operators.join(', ')}`;
  const message = [
    `${tool} makes ${hardware + hybrid + software} epochs: ${hardware} on the Neural-ART NPU, ${hybrid} on NPU and CPU, ${software} in software on the CPU${what}.`,
    ...(worse
      ? [
          `The estimate of latency has ${onCpu === 0 ? 'none' : `${onCpu}`} on the CPU, and is too low by what the others take.`,
        ]
      : []),
  ].join(' ');
  return { code: 'npu-epochs', severity: worse ? 'warning' : 'info', message: message.slice(0, 2000) };
}
