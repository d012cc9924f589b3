import { tensorBytes } from '../../graph/access.ts';
import type { Graph, Operator, TensorId } from '../../graph/graph.ts';
import { layerFacts } from '../../graph/layer-facts.ts';
import { operatorMacs } from '../../graph/macs.ts';
import type { Board } from '../../targets/board.ts';
import type { Target } from '../../targets/target.ts';
import type { Finding, Layer, Metric } from '../measurement.ts';
import type { Part } from '../runtime.ts';

/** Layers that a Measurement can hold. */
const layersLimit = 100_000;

/** What is known of one operator besides its graph. */
export interface LayerCost {
  /** `undefined` where the unit's speed is not known. */
  readonly milliseconds: number | undefined;
  readonly unit: Layer['unit'];
  readonly liveBytes: number;
}

/** Layers of all operators of a graph, with what each costs; constants count where they are first read. `index` gives an operator's place in the artifact, where that is another. */
export function rooflineLayers(
  graph: Graph,
  board: Board,
  costs: readonly LayerCost[],
  index: (position: number) => number = (position) => position,
): readonly Layer[] {
  const counted = new Set<TensorId>();
  const milliwatts = board.power.activeMilliwatts?.value;
  return graph.operators.slice(0, layersLimit).map((operator, position) => {
    const cost = costs[position];
    const latency = cost?.milliseconds ?? null;
    return {
      index: index(position),
      type: operator.type.slice(0, 200),
      name: (operator.name || operator.type).slice(0, 400),
      macs: operatorMacs(graph, operator),
      latency,
      energy: latency === null || milliwatts === undefined ? null : (latency * milliwatts) / 1e3,
      flash: constantBytes(graph, operator, counted),
      liveBytes: cost?.liveBytes ?? 0,
      unit: cost?.unit ?? 'cpu',
      ...layerFacts(graph, operator),
    };
  });
}

function constantBytes(graph: Graph, { inputs }: Operator, counted: Set<TensorId>): number {
  return inputs.reduce<number>((sum, id) => {
    const tensor = id === null ? undefined : graph.tensors[id];
    if (id === null || tensor?.data === undefined || counted.has(id)) return sum;
    counted.add(id);
    return sum + (tensorBytes(tensor) ?? 0);
  }, 0);
}

/** The sum of all layers; `null` where one of them is not known. */
export function latencySum(layers: readonly Layer[], error: number | undefined, source: string): Metric | null {
  if (error === undefined || layers.some(({ latency }) => latency === null)) return null;
  const value = layers.reduce((sum, { latency }) => sum + (latency ?? 0), 0);
  return { value, unit: 'ms', basis: 'modelled', error, source: source.slice(0, 400) };
}

/** Active power times latency: milliwatts times milliseconds are microjoules. `null` where one of them is not known. */
export function energyOf(latency: Metric | null, board: Board, runtimeId: string): Metric | null {
  const power = board.power.activeMilliwatts?.value;
  if (latency === null || power === undefined) return null;
  const error = board.runtimes[runtimeId]?.energyError?.value ?? latency.error;
  return {
    value: (latency.value * power) / 1e3,
    unit: 'mJ',
    basis: 'modelled',
    source: `${power} mW while active, times the latency`,
    ...(error === undefined ? {} : { error }),
  };
}

/** Why latency or energy are missing. */
export function whyMissing(
  latency: Metric | null,
  energy: Metric | null,
  board: Board,
  runtimeTitle: string,
): Readonly<Partial<Record<'latency' | 'energy', string>>> {
  return {
    ...(latency === null
      ? { latency: `No figures are known for the speed of ${runtimeTitle} on ${board.title}.` }
      : {}),
    ...(energy === null
      ? { energy: latency === null ? 'Energy needs a latency.' : `The power of ${board.title} is not known.` }
      : {}),
  };
}

/** What does not fit into what the target leaves for the model. */
export function misfits(
  target: Target,
  ramBytes: number | undefined,
  flashBytes: number | undefined,
): readonly Finding[] {
  const misfit = (where: string, name: string, bytes: number | undefined, available: number): readonly Finding[] => {
    if (bytes === undefined || bytes <= available) return [];
    const message = `The model needs ${kibibytes(bytes)} of ${name}; ${target.name} has ${kibibytes(available)} for it.`;
    return [{ code: 'does-not-fit', severity: 'error', where, message: message.slice(0, 2000) }];
  };
  return [
    ...misfit('ram', 'RAM', ramBytes, target.ramBytes),
    ...misfit('flash', 'storage', flashBytes, target.flashBytes),
  ];
}

const kibibytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;

/** A warning when tensors have no size before the model runs. */
export function openShapes(graph: Graph): readonly Finding[] {
  const open = graph.operators.flatMap(({ outputs }) =>
    outputs.filter((id) => {
      const tensor = id === null ? undefined : graph.tensors[id];
      return tensor !== undefined && tensorBytes(tensor) === undefined;
    }),
  );
  if (open.length === 0) return [];
  const message = `The sizes of ${open.length} tensors are not known before the model runs, so peak RAM and latency leave them out.`;
  return [{ code: 'open-shapes', severity: 'warning', message }];
}

/** The bytes of all parts. */
export const totalBytes = (parts: readonly Part[]): number => parts.reduce((sum, { bytes }) => sum + bytes, 0);

/** `operator 3 "conv1"`, as findings name a place. */
export function placeOf(operator: Operator, index: number): string {
  return `operator ${index}${operator.name === '' ? '' : ` "${operator.name.slice(0, 300)}"`}`;
}
