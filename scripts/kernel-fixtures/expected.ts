import { readTflite } from '../../src/formats/tflite/read.ts';
import type { KernelBuild } from '../../src/runtimes/tflm/kernels.ts';
import { arenaOf, builds, fnv1a, runOurs } from './ours.ts';
import type { Answer } from './peers.ts';

/** Who else ran the models, the most trusted first. */
export const peerNames = ['m4', 'm55', 'tflite-micro'] as const;
export type PeerName = (typeof peerNames)[number];

type Core = keyof typeof builds;
const cores = ['m4', 'm55'] as const satisfies readonly Core[];

/** An output: the hash of its bytes, or its numbers where they are floats. */
type Output = string | readonly number[];

export interface ExpectedRun {
  readonly invocations?: number;
  readonly outputs: readonly Output[];
  /** Peers that gave these outputs; ours alone where it is empty. */
  readonly by: readonly PeerName[];
  /** What other peers did. */
  readonly otherwise?: Readonly<Partial<Record<PeerName, readonly Output[] | string>>>;
  /** Bytes used, and needed at least. */
  readonly arena: Readonly<Record<Core, readonly [number, number]>>;
  /** Cores whose interpreter said so itself. */
  readonly arenaBy: readonly Core[];
}

export interface ExpectedRefusal {
  /** The rule that is broken, in its own words. */
  readonly rule: string;
  /** The kernel library whose rule it is, where CMSIS-NN has no such rule. */
  readonly library?: KernelBuild['library'];
  readonly by: readonly PeerName[];
  readonly otherwise?: Readonly<Partial<Record<PeerName, string>>>;
}

export interface Expected {
  readonly about: string;
  readonly peers: Readonly<Record<PeerName, string>>;
  readonly runs: Readonly<Record<string, ExpectedRun>>;
  readonly refusals: Readonly<Record<string, ExpectedRefusal>>;
}

/** What a peer did with a model, now or the last time. */
export interface Word {
  readonly peer: PeerName;
  readonly outputs?: readonly Output[];
  readonly arena?: readonly [number, number];
  /** Refused or crashed. */
  readonly otherwise?: string;
}

/** A model with all that is known of it. */
export interface Known {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly invocations: number;
  /** The rule that it breaks. */
  readonly rule?: string;
  readonly library?: KernelBuild['library'];
  readonly words: readonly Word[];
}

/** An answer as it is kept. */
export function wordOf(peer: PeerName, answer: Answer, bytes: Uint8Array, name: string): Word {
  if (answer.kind !== 'ran') return { peer, otherwise: answer.kind };
  const graph = readTflite(bytes, name);
  const outputs = answer.outputs.map((content, position): Output => {
    const id = graph.outputs[position];
    return id !== undefined && graph.tensors[id]?.dtype === 'float32' ? floatsOf(content) : fnv1a(content);
  });
  return { peer, outputs, ...(answer.arena === undefined ? {} : { arena: answer.arena }) };
}

/** What a peer did the last time. */
export function wordsOf(before: Expected | undefined, name: string, peer: PeerName): readonly Word[] {
  const run = before?.runs[name];
  const refusal = before?.refusals[name];
  const other = (run ?? refusal)?.otherwise?.[peer];
  if (refusal?.by.includes(peer)) return [{ peer, otherwise: 'refused' }];
  if (typeof other === 'string') return [{ peer, otherwise: other }];
  const outputs = run?.by.includes(peer) ? run.outputs : other;
  if (run === undefined || outputs === undefined) return [];
  const isCore = peer !== 'tflite-micro' && run.arenaBy.includes(peer);
  return [{ peer, outputs, ...(isCore ? { arena: run.arena[peer] } : {}) }];
}

/** Equal integers; floats within 1e-5 of the largest magnitude. */
export function agree(some: readonly Output[], others: readonly Output[]): boolean {
  return (
    some.length === others.length &&
    some.every((one, index) => {
      const other = others[index];
      if (typeof one === 'string' || other === undefined || typeof other === 'string') return one === other;
      const largest = other.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      return (
        one.length === other.length &&
        one.every((value, at) => Math.abs(value - (other[at] ?? Number.NaN)) <= 1e-5 * largest)
      );
    })
  );
}

/** expected.json, and in a line how far the peers bear it out. */
export function expectedOf(models: readonly Known[]): { readonly text: string; readonly summary: string } {
  const remarks: string[] = [];
  const runs: Record<string, ExpectedRun> = {};
  const refusals: Record<string, ExpectedRefusal> = {};
  for (const model of models) {
    if (model.rule === undefined) runs[model.name] = runOf(model, remarks);
    else refusals[model.name] = refusalOf(model, model.rule, remarks);
  }
  const about =
    'Small models for every kernel and rule of TensorFlow Lite Micro, made by scripts/make-kernel-fixtures.ts, and what was made of them. ' +
    'Inputs: s = s * 1664525 + 1013904223 (uint32, from 1, on over all elements, inputs and invocations); float32 (s >> 20) / 2048 - 1; ' +
    'bool s >> 31; 8 and 16 bits the upper ones of s; wider integers the upper 12, signed as the type. ' +
    'outputs: those of the last invocation, FNV-1a of the bytes or, of floats, the numbers. by: who else gave them (otherwise: who did not); ours alone where empty. ' +
    'arena: bytes used and smallest that is enough; arenaBy: cores whose interpreter said so.';
  const source = 'tensorflow/tflite-micro 90b983c, CMSIS-NN 99f736a';
  const peers = {
    m4: `${source}, on an emulated Cortex-M4 (scripts/kernel-fixtures/device.cc)`,
    m55: `${source}, on an emulated Cortex-M55`,
    'tflite-micro': 'PyPI tflite-micro 0.dev20261023182759, reference kernels, x86-64',
  };
  const lines = (table: Readonly<Record<string, unknown>>) =>
    Object.entries(table)
      .map(([name, entry]) => `    ${JSON.stringify(name)}: ${JSON.stringify(entry)}`)
      .join(',\n');
  const text = `{\n  "about": ${JSON.stringify(about)},\n  "peers": ${JSON.stringify(peers)},\n  "runs": {\n${lines(runs)}\n  },\n  "refusals": {\n${lines(refusals)}\n  }\n}\n`;
  const borne = (table: Readonly<Record<string, { readonly by: readonly PeerName[] }>>) => {
    const all = Object.values(table);
    const counts = peerNames.map((peer) => `${peer} ${all.filter(({ by }) => by.includes(peer)).length}`);
    return `of ${all.length} (${counts.join(', ')}, none ${all.filter(({ by }) => by.length === 0).length})`;
  };
  for (const remark of remarks) console.log(remark);
  return { text, summary: `outputs ${borne(runs)}; refusals ${borne(refusals)}` };
}

function runOf({ name, bytes, invocations, words }: Known, remarks: string[]): ExpectedRun {
  const ours = outputsOfOurs(bytes, name, invocations, remarks);
  const told = words.find(({ outputs }) => outputs !== undefined);
  const outputs = told?.outputs ?? ours ?? [];
  const by = words.filter((word) => word.outputs !== undefined && agree(word.outputs, outputs)).map(({ peer }) => peer);
  const others = words.filter(({ peer }) => !by.includes(peer));
  const otherwise = Object.fromEntries(others.map((word) => [word.peer, word.otherwise ?? word.outputs ?? '']));
  if (others.length > 0)
    remarks.push(`${name}: ${others.map((word) => `${word.peer} ${word.otherwise ?? 'differs'}`).join(', ')}`);
  if (ours !== undefined && told !== undefined && !agree(ours, outputs))
    remarks.push(`${name}: OURS DIFFERS from ${by.join(', ')}`);
  const arenaBy = cores.filter((core) => words.some(({ peer, arena }) => peer === core && arena !== undefined));
  const arenaOfCore = (core: Core): readonly [number, number] => {
    const estimated = arenaOf(bytes, name, builds[core]);
    const measured = words.find(({ peer, arena }) => peer === core && arena !== undefined)?.arena;
    if (measured !== undefined && String(measured) !== String(estimated))
      remarks.push(`${name}: ARENA ${core} ${measured}, ours ${estimated}`);
    return measured ?? estimated;
  };
  return {
    ...(invocations === 1 ? {} : { invocations }),
    outputs,
    by,
    ...(others.length === 0 ? {} : { otherwise }),
    arena: { m4: arenaOfCore('m4'), m55: arenaOfCore('m55') },
    arenaBy,
  };
}

function refusalOf({ name, library, words }: Known, rule: string, remarks: string[]): ExpectedRefusal {
  const by = words.filter(({ otherwise }) => otherwise === 'refused').map(({ peer }) => peer);
  const others = words.filter(({ peer }) => !by.includes(peer));
  if (others.length > 0) {
    remarks.push(
      `${name} (${rule}): ${others.map(({ peer, otherwise = 'ran' }) => `${peer} ${otherwise}`).join(', ')}; refused by ${by.join(', ')}`,
    );
  }
  const otherwise = Object.fromEntries(others.map((word) => [word.peer, word.otherwise ?? 'ran']));
  return { rule, ...(library === undefined ? {} : { library }), by, ...(others.length === 0 ? {} : { otherwise }) };
}

function outputsOfOurs(
  bytes: Uint8Array,
  name: string,
  invocations: number,
  remarks: string[],
): readonly Output[] | undefined {
  try {
    return runOurs(bytes, name, invocations).map(ourOutput);
  } catch (error) {
    remarks.push(`${name}: OURS ${String(error)}`);
    return undefined;
  }
}

/** An output of ours as it is kept. */
export function ourOutput(values: ReturnType<typeof runOurs>[number]): Output {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return values instanceof Float32Array ? floatsOf(bytes) : fnv1a(bytes);
}

/** Seven digits are enough for what is compared. */
function floatsOf(bytes: Uint8Array): readonly number[] {
  const values = new Float32Array(new Uint8Array(bytes).buffer);
  return Array.from(values, (value) => Number(value.toPrecision(7)));
}
