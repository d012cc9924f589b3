import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UserError } from '../errors.ts';
import { withoutSecrets } from '../runtimes/tools/run-program.ts';
import { largestResultBytes } from './device-result.ts';

/** A measuring command: an executable file of the repository, as the base commit has it. */
export interface DeviceCommand {
  /** For messages: its path in the repository. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What is measured. */
export interface DeviceSubject {
  readonly artifact: Uint8Array;
  /** The artifact's extension: `tflite`. */
  readonly format: string;
  /** `board/runtime` */
  readonly targetId: string;
  /** The model's path in the repository. */
  readonly model: string;
}

/** Flashing and a hundred inferences take a minute or two; a board that hangs must not hold a runner for hours. */
const timeLimitMs = 10 * 60_000;

/**
 * Runs a command as `COMMAND ARTIFACT TARGET MODEL` in an empty folder of its own and gives what it prints. There is no shell in between; variables that look like secrets are taken away.
 * @throws UserError when it can't be started, fails, takes too long or prints too much; its last words are part of the message
 */
export async function runDeviceCommand(
  command: DeviceCommand,
  subject: DeviceSubject,
  limitMs: number = timeLimitMs,
): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'edge-ready-device-'));
  try {
    const executable = path.join(folder, path.basename(command.path));
    writeFileSync(executable, command.bytes);
    chmodSync(executable, 0o700);
    const artifact = path.join(folder, `model.${subject.format}`);
    writeFileSync(artifact, subject.artifact);
    return await printed(executable, [artifact, subject.targetId, subject.model], { folder, limitMs, command });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Run {
  readonly folder: string;
  readonly limitMs: number;
  readonly command: DeviceCommand;
}

function printed(executable: string, args: readonly string[], { folder, limitMs, command }: Run): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(executable, args, {
      cwd: folder,
      env: withoutSecrets(process.env),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    let words = '';
    let reason: string | undefined;
    const stop = (why: string) => {
      reason ??= why;
      // The whole group: a script's children hold the pipes open.
      try {
        process.kill(-(child.pid ?? 0), 'SIGKILL');
      } catch {
        child.kill('SIGKILL');
      }
    };
    const timer = setTimeout(() => stop(`took more than ${Math.round(limitMs / 1000)} s`), limitMs);
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString('utf8');
      if (output.length > largestResultBytes) stop(`printed more than ${largestResultBytes} bytes`);
    });
    child.stderr.on('data', (data: Buffer) => {
      words = (words + data.toString('utf8')).slice(-2000);
    });
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(new UserError(`${command.path} could not be run: ${error.message}. Is it executable, with a "#!" line?`));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (reason === undefined && code === 0) return resolve(output);
      const last = words.trim().split('\n').at(-1) ?? '';
      const what = reason ?? `ended with ${code === null ? signal : `code ${code}`}`;
      reject(new UserError(`${command.path} ${what}${last === '' ? '' : `: ${last.slice(0, 300)}`}.`));
    });
  });
}
