import { tensorBytes } from '../../graph/access.ts';
import type { Graph } from '../../graph/graph.ts';
import { operatorMacs } from '../../graph/macs.ts';
import { operatorPlace } from '../../graph/operator-place.ts';
import type { Finding, Layer } from '../../measurement/measurement.ts';
import type { NpuFacts } from './facts.ts';

/** Operators that are named one by one. */
const shown = 100;

/** One finding for each operator on the CPU: why, what to use instead, what the round trip moves and how long the NPU stands still. */
export function fallbackFindings(
  graph: Graph,
  { operators }: NpuFacts,
  layers: readonly Pick<Layer, 'latency'>[],
): readonly Finding[] {
  const whole = layers.reduce<number | null>(
    (sum, { latency }) => (sum === null || latency === null ? null : sum + latency),
    0,
  );
  const findings = graph.operators.flatMap((operator, index): readonly Finding[] => {
    const { unit, reason } = operators[index] ?? {};
    if (unit !== 'cpu' || reason === undefined) return [];
    const message = [
      reason.message,
      roundTrip(graph, index, operators),
      standstill(layers[index]?.latency ?? null, whole),
      reason.remedy,
    ].filter((each) => each !== '');
    return [
      {
        code: 'fallback',
        severity: 'warning',
        where: operatorPlace(operator, index),
        message: message.join(' ').slice(0, 2000),
      },
    ];
  });
  const more = findings.length - shown;
  return more <= 0
    ? findings
    : [
        ...findings.slice(0, shown),
        { code: 'fallback', severity: 'warning', message: `${more} more operators run on the CPU.` },
      ];
}

/** The bytes that change hands between NPU and CPU around an operator. */
function roundTrip(graph: Graph, index: number, operators: NpuFacts['operators']): string {
  const operator = graph.operators[index];
  const isNpu = (at: number): boolean => operators[at]?.unit === 'npu';
  const bytes = (ids: readonly (number | null)[]): number =>
    ids.reduce<number>((sum, id) => {
      const tensor = id === null ? undefined : graph.tensors[id];
      return sum + (tensor === undefined ? 0 : (tensorBytes(tensor) ?? 0));
    }, 0);
  const fromNpu = (operator?.inputs ?? []).filter((id) =>
    graph.operators.some(({ outputs }, at) => isNpu(at) && id !== null && outputs.includes(id)),
  );
  const toNpu = (operator?.outputs ?? []).filter((id) =>
    graph.operators.some(({ inputs }, at) => isNpu(at) && id !== null && inputs.includes(id)),
  );
  if (fromNpu.length === 0 || toNpu.length === 0) return '';
  return `The NPU hands ${bytes(fromNpu)} B to the CPU before it and takes ${bytes(toNpu)} B back.`;
}

/** Milliseconds of the CPU's kernel, in which the NPU waits, and their share of the whole. Of what clearing caches and starting the next commands costs no measurement is published. */
function standstill(latency: number | null, whole: number | null): string {
  if (latency === null || latency === 0) return '';
  const share =
    whole === null || whole === 0 ? '' : `, ${Number(((latency / whole) * 100).toPrecision(2))} % of the inference`;
  return `The NPU waits ${Number(latency.toPrecision(2))} ms for the CPU to run it${share}; clearing caches and starting the NPU again are not counted.`;
}

/** How much of a model the NPU runs. Shares of MACs and of time as fractions; `time` is missing where the CPU's is not known. */
export interface NpuShare {
  readonly operators: number;
  readonly of: number;
  readonly macs: number;
  readonly time?: number;
  /** Runs of operators on the NPU without one on the CPU between them. */
  readonly sections: number;
}

/** The share of the NPU, from the layers of a Measurement. */
export function npuShare(graph: Graph, facts: NpuFacts, layers: readonly Layer[]): NpuShare {
  const kept = facts.operators.map(({ unit }) => unit).filter((unit) => unit !== 'dropped');
  const macs = graph.operators.map((operator) => operatorMacs(graph, operator));
  const total = macs.reduce((sum, each) => sum + each, 0);
  const onNpu = macs.reduce((sum, each, index) => sum + (facts.operators[index]?.unit === 'cpu' ? 0 : each), 0);
  const isTimed = layers.every(({ latency }) => latency !== null);
  const time = (of: readonly Layer[]): number => of.reduce((sum, { latency }) => sum + (latency ?? 0), 0);
  const npu = time(layers.filter(({ unit }) => unit === 'npu'));
  return {
    operators: kept.filter((unit) => unit === 'npu').length,
    of: kept.length,
    macs: total === 0 ? 1 : onNpu / total,
    ...(isTimed && time(layers) > 0 ? { time: npu / time(layers) } : {}),
    sections: kept.filter((unit, at) => unit === 'npu' && kept[at - 1] !== 'npu').length,
  };
}

/** The share in a sentence. A model that the NPU runs nothing of is a warning. */
export function shareFinding({ operators, of, macs, time, sections }: NpuShare): Finding {
  const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;
  if (operators === 0) {
    return {
      code: 'accelerator-share',
      severity: 'warning',
      message: 'No operator runs on the NPU: this model gains nothing from it.',
    };
  }
  const parts = sections === 1 ? 'in one section' : `in ${sections} sections with the CPU between them`;
  const timed = time === undefined ? '' : ` and ${percent(time)} of the time`;
  return {
    code: 'accelerator-share',
    severity: 'info',
    message: `The NPU runs ${operators} of ${of} operators, ${parts}: ${percent(macs)} of the multiply-accumulates${timed}.`,
  };
}
