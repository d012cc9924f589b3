import { spawn } from 'node:child_process';
import type { Printed } from './tool.ts';

/** How a program ended, and what it printed. `started` is false when there was nothing to start. */
export interface ProgramEnd extends Printed {
  readonly started: boolean;
  readonly exitCode: number | null;
  readonly timedOut: boolean;
}

export interface ProgramOptions {
  readonly folder: string;
  /** Milliseconds after which the program and all it started are killed. */
  readonly timeLimit: number;
  readonly environment?: NodeJS.ProcessEnv;
}

/** Bytes kept of each stream; a hostile model must not fill our memory with messages. */
const printedLimit = 4 * 1024 * 1024;

/**
 * Starts a program with arguments, without a shell and without an input, and waits for its end or the time limit.
 * Its environment has nothing that looks like a secret: compilers need none, and they read untrusted models.
 */
export function runProgram(
  program: string,
  args: readonly string[],
  { folder, timeLimit, environment = process.env }: ProgramOptions,
): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const out: Collected = { chunks: [], bytes: 0 };
    const err: Collected = { chunks: [], bytes: 0 };
    let timedOut = false;
    const child = spawn(program, [...args], {
      cwd: folder,
      env: withoutSecrets(environment),
      shell: false,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      // A group of its own, so that the time limit ends what the program started too.
      detached: process.platform !== 'win32',
    });
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child.pid, () => child.kill('SIGKILL'));
    }, timeLimit);
    const end = (started: boolean, exitCode: number | null): void => {
      clearTimeout(timer);
      resolve({ started, exitCode, timedOut, stdout: textOf(out), stderr: textOf(err) });
    };
    child.stdout.on('data', (chunk: Buffer) => collect(out, chunk));
    child.stderr.on('data', (chunk: Buffer) => collect(err, chunk));
    child.on('error', (error) => {
      collect(err, Buffer.from(error.message));
      end(false, null);
    });
    child.on('close', (code) => end(true, code));
  });
}

function killGroup(pid: number | undefined, otherwise: () => void): void {
  try {
    if (pid === undefined || process.platform === 'win32') otherwise();
    else process.kill(-pid, 'SIGKILL');
  } catch {
    otherwise();
  }
}

interface Collected {
  readonly chunks: Buffer[];
  bytes: number;
}

function collect(collected: Collected, chunk: Buffer): void {
  const room = printedLimit - collected.bytes;
  if (room <= 0) return;
  const kept = chunk.subarray(0, room);
  collected.chunks.push(kept);
  collected.bytes += kept.byteLength;
}

const textOf = ({ chunks }: Collected): string => Buffer.concat(chunks).toString('utf8');

const secretName = /TOKEN|SECRET|PASSW|CREDENTIAL|_KEY$|^INPUT_|^ACTIONS_/i;

/** The environment without variables whose names say that they hold a secret, and without the action's own inputs. */
export function withoutSecrets(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !secretName.test(name)));
}
