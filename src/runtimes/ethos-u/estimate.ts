import type { Finding, Layer, Metric } from '../../measurement/measurement.ts';
import type { Target } from '../../targets/target.ts';
import { acceleratedEnergy } from '../estimate/accelerated-energy.ts';
import { costedLayers, type LayerCost } from '../estimate/layers.ts';
import { misfits } from '../estimate/misfits.ts';
import { totalBytes } from '../estimate/total-bytes.ts';
import type { Artifact, Estimate, Part } from '../runtime.ts';
import { runtimeFlash } from '../tflm/flash/flash.ts';
import type { NpuConfiguration } from './configuration.ts';
import { cpuTimer } from './cpu-share.ts';
import errors from './errors.json' with { type: 'json' };
import type { NpuFacts } from './facts.ts';
import { fallbackFindings, npuShare, shareFinding } from './fallback.ts';

/** All that a Measurement has of a model whose place on the NPU is known, from Vela or from our own model. */
export function estimateFrom(
  facts: NpuFacts,
  { graph }: Pick<Artifact, 'graph'>,
  target: Target,
  configuration: NpuConfiguration,
): Estimate {
  const { board } = target;
  const onCpuTakes = cpuTimer(graph, board);
  const costs = graph.operators.map((operator, index): LayerCost => {
    const { unit = 'cpu', cycles = 0, sramBytes = 0, weightBytes = 0 } = facts.operators[index] ?? {};
    const isOnCpu = unit === 'cpu';
    return {
      milliseconds: isOnCpu ? onCpuTakes(operator) : (cycles * 1e3) / configuration.clockHz,
      unit: isOnCpu ? 'cpu' : 'npu',
      liveBytes: sramBytes,
      flash: weightBytes,
    };
  });
  const costed = costedLayers(graph, board, costs);
  const latency = latencyOf(facts, costed, target, configuration);
  const { energy, layers, unavailable } = acceleratedEnergy(latency, costed, board, 'ethos-u');
  const ramParts = ramPartsOf(facts, configuration);
  const peakRam = metric(totalBytes(ramParts), facts, 'peakRam', configuration);
  const flash = flashOf(facts, graph, target);
  const findings: readonly Finding[] = [
    ...fallbackFindings(graph, facts, layers),
    ...(graph.operators.length === 0 ? [] : [shareFinding(npuShare(graph, facts, layers))]),
    ...misfits(target, peakRam.value, flash.metric.value, 'flash'),
  ];
  return {
    deployable: findings.every(({ severity }) => severity !== 'error'),
    peakRam,
    flash: flash.metric,
    latency,
    energy,
    unavailable: {
      ...(latency === null
        ? { latency: `The speed of ${board.core.title} is not known for the operators that run on it.` }
        : {}),
      ...unavailable,
    },
    memory: null,
    parts: { peakRam: ramParts, flash: flash.parts },
    layers,
    findings,
  };
}

function latencyOf(
  facts: NpuFacts,
  layers: readonly Layer[],
  { board }: Target,
  configuration: NpuConfiguration,
): Metric | null {
  const onCpu = layers.filter(({ unit }) => unit === 'cpu');
  if (onCpu.some(({ latency }) => latency === null)) return null;
  const cpu = onCpu.reduce((sum, { latency }) => sum + (latency ?? 0), 0);
  const npu = (facts.cycles * 1e3) / configuration.clockHz;
  const megahertz = `${configuration.accelerator} at ${configuration.clockHz / 1e6} MHz`;
  if (cpu === 0) {
    const whole = metric(npu, facts, 'latency', configuration);
    return { ...whole, unit: 'ms', source: `${whole.source ?? ''}, ${megahertz}`.slice(0, 400) };
  }
  const cpuError = board.runtimes['ethos-u']?.latencyError?.value ?? errors.cpuShare;
  const npuError = facts.from.kind === 'vela' ? 0 : errors[configuration.family].cycles;
  return {
    value: npu + cpu,
    unit: 'ms',
    basis: 'modelled',
    error: Math.round(((npuError * npu + cpuError * cpu) / (npu + cpu)) * 1000) / 1000,
    source:
      `${facts.from.kind === 'vela' ? velaWords(facts.from.version) : modelWords} for ${megahertz}, and kernel costs of ${board.core.title} for the operators that fall back to it`.slice(
        0,
        400,
      ),
  };
}

const velaWords = (version: string): string => `Vela ${version}: the compiler's own estimate, not a run on a device`;
const modelWords = 'our model of what Vela schedules';

function metric(value: number, { from }: NpuFacts, of: 'peakRam' | 'latency', { family }: NpuConfiguration): Metric {
  if (from.kind === 'vela') return { value, unit: 'B', basis: 'measured', source: velaWords(from.version) };
  const error = errors[family][of === 'latency' ? 'cycles' : 'sram'];
  return { value, unit: 'B', basis: 'modelled', error, source: modelWords };
}

/** In `dedicated` mode the memory behind the SRAM is RAM too: constants are loaded there, with larger feature maps. */
function ramPartsOf(facts: NpuFacts, { memoryMode }: NpuConfiguration): readonly Part[] {
  return [
    { name: 'SRAM of the NPU', bytes: facts.sramBytes, shared: 'arena' },
    ...(memoryMode === 'dedicated' ? [{ name: 'DRAM: constants and feature maps', bytes: facts.otherBytes }] : []),
  ];
}

/** The compiled file, and on a microcontroller the kernels of what falls back. Under Linux the file alone: the runtime is part of the system. */
function flashOf(
  facts: NpuFacts,
  graph: Artifact['graph'],
  { board }: Target,
): { readonly metric: Metric; readonly parts: readonly Part[] } {
  const isMicrocontroller = board.core.architecture.includes('-m');
  const model = {
    name: facts.from.kind === 'vela' ? 'compiled model' : 'compiled model (estimate)',
    bytes: facts.fileBytes,
  };
  const exact = facts.from.kind === 'vela';
  if (!isMicrocontroller) {
    return {
      metric: exact
        ? { value: model.bytes, unit: 'B', basis: 'exact', source: 'the file that Vela wrote' }
        : { value: model.bytes, unit: 'B', basis: 'modelled', error: errors.file, source: modelWords },
      parts: [model],
    };
  }
  const operators = graph.operators.filter((_, index) => facts.operators[index]?.unit === 'cpu');
  const code = runtimeFlash({ ...graph, operators, subgraphs: operators.length === 0 ? [] : graph.subgraphs }, board);
  const parts = [model, ...code.parts];
  const bytes = totalBytes(parts);
  const error = (code.error * totalBytes(code.parts) + (exact ? 0 : errors.file * model.bytes)) / bytes;
  return {
    metric: {
      value: bytes,
      unit: 'B',
      basis: 'modelled',
      error: Math.round(error * 1000) / 1000,
      source:
        'the compiled model, TensorFlow Lite Micro and kernels of the operators that fall back; the Ethos-U driver is not counted',
    },
    parts,
  };
}
