import { UserError } from '../../src/errors.ts';
import { type Random, randomOf } from './random.ts';

/** One format: where its mutations start, how they are made, and the whole way that such a file takes through the gate. */
export interface Fuzzer {
  readonly name: string;
  /** Of the files that crashes are kept as. */
  readonly extension: string;
  /** What mutations start from; each comes all the way. */
  readonly seeds: readonly Uint8Array[];
  readonly mutate: (random: Random) => Uint8Array;
  /** Gives a word for how far the bytes came. @throws UserError for what the gate refuses; anything else is a bug */
  readonly run: (bytes: Uint8Array) => string | Promise<string>;
}

/** What came of one case. `how` is `refused`, or how far it came. */
export type Outcome =
  | { readonly kind: 'fine'; readonly how: string; readonly cpuMs: number }
  | { readonly kind: 'bug'; readonly error: unknown; readonly cpuMs: number };

/** Words that a person was not meant to read: a value that was not there, or the engine's own complaint passed on. */
const unclear =
  /\bundefined\b|\[object |is not a function|is not iterable|Cannot (read|set) propert|Maximum call stack|Invalid (array|typed array|string) length|out of bounds|out of range/;

/** The input of a case; the same for the same three, on any machine with the same seeds. */
export function caseOf(fuzzer: Fuzzer, seed: number, index: number): Uint8Array {
  return fuzzer.mutate(randomOf(seed, fuzzer.name, index));
}

/** Runs the bytes and tells what came of it; never throws. */
export async function outcomeOf(fuzzer: Fuzzer, bytes: Uint8Array): Promise<Outcome> {
  const start = process.cpuUsage();
  const cpuMs = (): number => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
  try {
    return { kind: 'fine', how: await fuzzer.run(bytes), cpuMs: cpuMs() };
  } catch (error) {
    if (!(error instanceof UserError)) return { kind: 'bug', error, cpuMs: cpuMs() };
    const text = error.message.trim();
    // What is quoted comes from the file, and may be anything.
    const foul = text === '' ? 'nothing' : unclear.exec(text.replace(/"(?:[^"\\]|\\.)*"/g, '""'))?.[0];
    if (foul !== undefined) {
      return { kind: 'bug', error: new Error(`a refusal that says "${foul}": ${text.slice(0, 300)}`), cpuMs: cpuMs() };
    }
    return { kind: 'fine', how: 'refused', cpuMs: cpuMs() };
  }
}

/** What a mutated file of at most some kilobytes may take: processor time, and memory of the whole process. */
export const caseLimits = { cpuMs: 10_000, residentBytes: 2 * 2 ** 30 } as const;
