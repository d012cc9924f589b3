import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** A model that a peer is asked to run. */
export interface Question {
  readonly name: string;
  readonly file: string;
  readonly invocations: number;
  readonly inputs: number;
  readonly outputs: number;
  /** Resource variables that the interpreter must have room for. */
  readonly variables: number;
}

/** What a peer did with a model. */
export type Answer =
  | { readonly kind: 'ran'; readonly outputs: readonly Uint8Array[]; readonly arena?: readonly [number, number] }
  | { readonly kind: 'refused'; readonly said: string }
  /** It neither ran the model nor refused it: it stopped dead, or was not asked. */
  | { readonly kind: 'crashed'; readonly said: string };

/** Google's own build of the interpreter for this machine (PyPI: tflite-micro), by a Python that has it. */
export function askPython(python: string, questions: readonly Question[]): ReadonlyMap<string, Answer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kernel-fixtures-'));
  try {
    const list = path.join(folder, 'models.json');
    writeFileSync(list, JSON.stringify(questions));
    const script = path.resolve('scripts/kernel-fixtures/run-peer.py');
    const text = execFileSync(python, [script, list], { encoding: 'utf8', maxBuffer: 2 ** 28 });
    type Said = {
      readonly outputs?: readonly [string, string][];
      readonly refused?: readonly string[];
      readonly code?: number;
    };
    const said = JSON.parse(text) as Readonly<Record<string, Said>>;
    return new Map(questions.map(({ name, file }) => [name, answerOf(said[file])]));
  } finally {
    rmSync(folder, { recursive: true });
  }

  function answerOf(
    said: { outputs?: readonly [string, string][]; refused?: readonly string[]; code?: number } | undefined,
  ): Answer {
    if (said?.outputs !== undefined) {
      return { kind: 'ran', outputs: said.outputs.map(([bytes]) => Buffer.from(bytes, 'hex')) };
    }
    const words = said?.refused?.[0] ?? '';
    return (said?.code ?? -1) < 0 ? { kind: 'crashed', said: words } : { kind: 'refused', said: words };
  }
}

/**
 * The interpreter on an emulated core: a command that is called with a model's file, its invocations and its variables, and prints what device.cc
 * prints.
 */
export async function askDevice(command: string, questions: readonly Question[]): Promise<ReadonlyMap<string, Answer>> {
  const answers = new Map<string, Answer>();
  const [program = '', ...given] = command.split(' ');
  const pending = [...questions];
  const worker = async () => {
    for (let question = pending.pop(); question !== undefined; question = pending.pop()) {
      const { name, file, invocations, variables } = question;
      const text = await promisify(execFile)(program, [...given, file, String(invocations), String(variables)], {
        maxBuffer: 2 ** 26,
      }).then(
        ({ stdout }) => stdout,
        (error: { readonly stdout?: string }) => error.stdout ?? '',
      );
      answers.set(name, deviceAnswer(text));
    }
  };
  await Promise.all([worker(), worker()]);
  return answers;
}

function deviceAnswer(text: string): Answer {
  const lines = text.split('\n');
  const refused = lines.find((line) => line.startsWith('REFUSED'));
  if (refused !== undefined) return { kind: 'refused', said: refused };
  const outputs = lines.filter((line) => line.startsWith('OUT ')).map((line) => Buffer.from(line.slice(4), 'hex'));
  const arena = /^ARENA (\d+) (\d+)$/m.exec(text);
  if (!lines.includes('SEARCH')) return { kind: 'crashed', said: lines[0] ?? '' };
  return { kind: 'ran', outputs, ...(arena === null ? {} : { arena: [Number(arena[1]), Number(arena[2])] as const }) };
}
