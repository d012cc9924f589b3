import { type ChildProcess, spawn } from 'node:child_process';
import { inTurn } from '../basics/in-turn.ts';
import { UserError } from '../errors.ts';
import { gitCommand } from './git.ts';
import type { Repository } from './repository.ts';

/**
 * Gives the bytes of a blob; `label` names it in errors.
 * @throws UserError when it has more than `maxBytes`, or when the clone does not have it and can't get it
 */
export type ReadBlob = (id: string, maxBytes: number, label?: string) => Promise<Uint8Array>;

/** Reads blobs through one git process, which is started when it is first needed: for many blobs a process each would take longer than all else. */
export interface BlobReader {
  readonly read: ReadBlob;
  readonly close: () => Promise<void>;
}

/** Blobs of a repository, one after another. */
export function openBlobReader(repository: Repository): BlobReader {
  const inOrder = inTurn();
  let batch: Batch | undefined;
  return {
    read: (id, maxBytes, label = `blob ${id}`) =>
      inOrder(async () => {
        batch ??= startBatch(repository);
        const answer = await batch.ask(id, maxBytes);
        if (answer.kind === 'blob') return answer.bytes;
        // What is too large is not read to its end, and after a failure there is no process.
        if (answer.kind !== 'missing') {
          await batch.end();
          batch = undefined;
        }
        throw new UserError(
          answer.kind === 'too-large'
            ? `${label} has ${answer.size} bytes; the gate reads files of at most ${maxBytes} bytes.`
            : `${label} is not in this clone and could not be fetched (git object ${id}).`,
        );
      }),
    close: () =>
      inOrder(async () => {
        await batch?.end();
        batch = undefined;
      }),
  };
}

type BatchAnswer =
  | { readonly kind: 'blob'; readonly bytes: Uint8Array }
  | { readonly kind: 'too-large'; readonly size: number }
  | { readonly kind: 'missing' | 'failed' };

interface Batch {
  readonly ask: (id: string, maxBytes: number) => Promise<BatchAnswer>;
  readonly end: () => Promise<void>;
}

/** An answer's first line is short: an id of 40 or 64 digits, a type, a size. */
const longestHeader = 200;

/** `git cat-file --batch`, whose answers are `id type size`, a line feed, the bytes and a line feed; or `id missing`. */
function startBatch(repository: Repository): Batch {
  const { settings, environment } = gitCommand();
  const child = spawn('git', [...settings, 'cat-file', '--batch'], {
    cwd: repository.root,
    env: environment,
    stdio: ['pipe', 'pipe', 'ignore'],
    windowsHide: true,
  });
  let isOver = false;
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      isOver = true;
      resolve();
    };
    child.once('close', end).once('error', end);
    child.stdout.once('close', () => {
      isOver = true;
    });
  });
  child.stdin.on('error', () => {});
  return {
    ask: async (id, maxBytes) => {
      if (!/^[0-9a-f]{40,64}$/.test(id)) return { kind: 'missing' };
      if (isOver) return { kind: 'failed' };
      const answer = readAnswer(child, maxBytes);
      child.stdin.write(`${id}\n`);
      return answer;
    },
    end: async () => {
      child.kill();
      await ended;
    },
  };
}

/** The next answer, read no further than `maxBytes` allow. */
function readAnswer(child: ChildProcess, maxBytes: number): Promise<BatchAnswer> {
  const { stdout } = child;
  return new Promise((resolve) => {
    let header = Buffer.alloc(0);
    let bytes: Buffer | undefined;
    let filled = 0;
    const done = (answer: BatchAnswer) => {
      stdout?.off('data', take).off('close', failed).off('error', failed);
      child.off('error', failed);
      resolve(answer);
    };
    const failed = () => done({ kind: 'failed' });
    const take = (chunk: Buffer) => {
      let rest = chunk;
      if (bytes === undefined) {
        header = Buffer.concat([header, chunk]);
        const end = header.indexOf(0x0a);
        if (end < 0) {
          if (header.byteLength > longestHeader) failed();
          return;
        }
        const line = header.toString('latin1', 0, end);
        if (/ missing$/.test(line)) return done({ kind: 'missing' });
        const size = Number(/^[0-9a-f]+ blob (\d+)$/.exec(line)?.[1] ?? Number.NaN);
        if (!Number.isSafeInteger(size)) return failed();
        if (size > maxBytes) return done({ kind: 'too-large', size });
        // With the line feed behind it.
        bytes = Buffer.allocUnsafeSlow(size + 1);
        rest = header.subarray(end + 1);
      }
      filled += rest.copy(bytes, filled);
      if (filled === bytes.byteLength) done({ kind: 'blob', bytes: bytes.subarray(0, filled - 1) });
    };
    stdout?.on('data', take).on('close', failed).on('error', failed);
    child.on('error', failed);
  });
}
