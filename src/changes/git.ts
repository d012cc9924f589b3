import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { UserError } from '../errors.ts';

/** What a git command left behind. `code` is its exit code. */
export interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface GitOptions {
  /** Bytes for its standard input. */
  readonly input?: Uint8Array;
  /** The most it may print before it is stopped. */
  readonly maxOutputBytes?: number;
  /** Milliseconds after which it is stopped; for commands that use the network. */
  readonly timeoutMs?: number;
}

/** 200,000 changed files with paths of 300 characters. */
const defaultOutputBytes = 64 * 1024 * 1024;

/**
 * Names a hook or a caller may have set that would point git at another repository than the one in the directory,
 * or that would change what it prints.
 */
const inheritedToDrop = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_COMMON_DIR',
  'GIT_PREFIX',
  'GIT_EXTERNAL_DIFF',
  'GIT_DIFF_OPTS',
  'GIT_GLOB_PATHSPECS',
  'GIT_NOGLOB_PATHSPECS',
  'GIT_ICASE_PATHSPECS',
  'GIT_TRACE',
];

/** No questions, no pager, no locks taken for show, English messages, paths as they are. */
function hardenedEnvironment(): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_PAGER: 'cat',
    GIT_OPTIONAL_LOCKS: '0',
  };
  for (const name of inheritedToDrop) delete environment[name];
  // What the action was given, its token too; git has credentials of its own.
  for (const name of Object.keys(environment)) if (name.startsWith('INPUT_')) delete environment[name];
  environment.GIT_LITERAL_PATHSPECS = '1';
  environment.GIT_SSH_COMMAND ??= 'ssh -o BatchMode=yes';
  return environment;
}

/** How every git is started: what stands before a command's own arguments, and its environment. */
export function gitCommand(): { readonly settings: readonly string[]; readonly environment: NodeJS.ProcessEnv } {
  return {
    settings: ['-c', 'core.quotepath=off', '-c', 'core.fsmonitor=false', '-c', 'gc.auto=0', '--no-pager'],
    environment: hardenedEnvironment(),
  };
}

/**
 * Runs git in a directory, without a shell, and gives what it left behind whatever its exit code.
 * @throws UserError when git is not installed, the directory does not exist or git does not trust it, or when it printed or took more than it may.
 */
export function tryGit(directory: string, args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  const { settings, environment } = gitCommand();
  return new Promise((resolve, reject) => {
    const child = execFile(
      'git',
      [...settings, ...args],
      {
        cwd: directory,
        env: environment,
        encoding: 'buffer',
        maxBuffer: options.maxOutputBytes ?? defaultOutputBytes,
        timeout: options.timeoutMs ?? 0,
        windowsHide: true,
      },
      (error, stdout, stderr) => {
        const said = stderr.toString('utf8').trim();
        if (error === null) return resolve({ code: 0, stdout, stderr: said });
        const mistake = explain(error, said, directory, args, options);
        if (mistake !== undefined) return reject(mistake);
        return resolve({ code: typeof error.code === 'number' ? error.code : 128, stdout, stderr: said });
      },
    );
    // A command that ends without reading its input closes the pipe; its exit code says what happened.
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.input);
  });
}

/**
 * What a git command prints.
 * @throws Error with git's own words when it fails; UserError as `tryGit`.
 */
export async function git(directory: string, args: readonly string[], options: GitOptions = {}): Promise<Buffer> {
  const result = await tryGit(directory, args, options);
  if (result.code !== 0) {
    throw new Error(`git ${args.join(' ').slice(0, 200)} ended with ${result.code}: ${result.stderr}`);
  }
  return result.stdout;
}

/** Splits what git prints under `-z`. */
export function splitNul(output: Buffer): readonly string[] {
  const parts = output.toString('utf8').split('\0');
  if (parts.at(-1) === '') parts.pop();
  return parts;
}

type ExecError = Parameters<NonNullable<Parameters<typeof execFile>[3]>>[0] & object;

function explain(
  error: ExecError,
  stderr: string,
  directory: string,
  args: readonly string[],
  options: GitOptions,
): UserError | undefined {
  const code: unknown = error.code;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return existsSync(directory)
      ? new UserError('git was not found: install it, or put it on the PATH.')
      : new UserError(`There is no directory ${directory}.`);
  }
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') {
    return new UserError(
      `git ${args[0]} printed more than ${options.maxOutputBytes ?? defaultOutputBytes} bytes, which is more than the gate reads.`,
    );
  }
  if (error.killed && (options.timeoutMs ?? 0) > 0) {
    return new UserError(`git ${args[0]} took more than ${(options.timeoutMs ?? 0) / 1000} s and was stopped.`);
  }
  const distrusted = /detected dubious ownership in repository at '(.*?)'/.exec(stderr);
  if (distrusted !== null) {
    return new UserError(
      `git does not read ${distrusted[1]}, because it belongs to another user; run this before the gate: git config --global --add safe.directory '${distrusted[1]}'`,
    );
  }
  return undefined;
}
