import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { toolCacheRoot } from '../../onnx-runtime/package/tool-folder.ts';
import { onPath } from './on-path.ts';
import { runProgram } from './run-program.ts';
import type { Located } from './tool.ts';

/** A package of PyPI, pinned to what its files' hashes say. */
export interface PythonTool {
  /** The package: `ethos-u-vela`. */
  readonly name: string;
  readonly version: string;
  /** The package and all it needs, each as `name==version`, with the sha256 of every file of that version that may be installed. */
  readonly hashes: Readonly<Record<string, readonly string[]>>;
  /** The module that `python -m` runs: `ethosu.vela`. Without one a request's first argument names a Python file. */
  readonly module?: string;
  /** Versions of Python that have a file of it: `{ from: [3, 10], to: [3, 13] }`, both inclusive. */
  readonly python: { readonly from: readonly [number, number]; readonly to: readonly [number, number] };
}

const installLimit = 10 * 60_000;

/**
 * A locator for a tool from PyPI: its own virtual environment in the tool cache, made when there is none with `python -m venv` and
 * `pip install --require-hashes --only-binary :all:`, so that no package runs a script and nothing but the pinned bytes is installed.
 * Needs a Python of the wanted versions and, the first time, whatever index the user's own pip configuration names.
 */
export function installPythonTool(
  tool: PythonTool,
  environment: NodeJS.ProcessEnv = process.env,
): () => Promise<Located> {
  return async () => {
    const folder = environmentFolder(tool, environment);
    const python = path.join(folder, ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']));
    const located = {
      found: true,
      program: python,
      prefix: tool.module === undefined ? ['-I'] : ['-I', '-m', tool.module],
      version: tool.version,
    } as const;
    if (existsSync(`${folder}.complete`) && existsSync(python)) return located;
    const base = await findPython(tool, environment);
    if (!base.found) return base;
    const release = await takeTurn(folder);
    try {
      // Somebody else may have made it meanwhile.
      if (existsSync(`${folder}.complete`) && existsSync(python)) return located;
      const problem = await install(tool, base.program, folder, python, environment);
      return problem === undefined ? located : { found: false, reason: problem };
    } finally {
      await release();
    }
  };
}

/** Waits until no other process makes this environment; one that has not ended after twice the limit is taken for dead. @returns what ends the turn. */
async function takeTurn(folder: string): Promise<() => Promise<void>> {
  const lock = `${folder}.lock`;
  await mkdir(path.dirname(folder), { recursive: true });
  for (;;) {
    const isMine = await mkdir(lock).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
        throw error;
      },
    );
    if (isMine) return () => rm(lock, { recursive: true, force: true });
    const since = await stat(lock).then(
      ({ mtimeMs }) => mtimeMs,
      () => Date.now(),
    );
    if (Date.now() - since > 2 * installLimit) await rm(lock, { recursive: true, force: true });
    else await sleep(500);
  }
}

/** A pip requirements file that names every file that may be installed. */
export function requirementsOf({ hashes }: PythonTool): string {
  return Object.entries(hashes)
    .map(([pin, files]) => `${[pin, ...files.map((file) => `--hash=sha256:${file}`)].join(' \\\n  ')}\n`)
    .join('');
}

/** One folder a tool, version and set of hashes; laid out as the runner's tool cache is. */
function environmentFolder(tool: PythonTool, environment: NodeJS.ProcessEnv): string {
  const pin = createHash('sha256').update(requirementsOf(tool)).digest('hex').slice(0, 12);
  return path.join(toolCacheRoot(environment), tool.name, tool.version, `${process.platform}-${process.arch}-${pin}`);
}

/** Any Python on PATH of a version that the tool has files for. */
function findPython({ name, python: { from, to } }: PythonTool, environment: NodeJS.ProcessEnv): Promise<Located> {
  const words = `Python ${from.join('.')} to ${to.join('.')}`;
  const inRange = (version: string): boolean => {
    const [major = 0, minor = 0] = version.split('.').map(Number);
    return major === from[0] && major === to[0] && minor >= from[1] && minor <= to[1];
  };
  const exact = Array.from({ length: to[1] - from[1] + 1 }, (_, index) => `python3.${to[1] - index}`);
  const lookFor = (names: readonly string[]): Promise<Located> =>
    onPath({
      names,
      environment,
      readVersion: (printed) => /Python (\d+\.\d+\.\d+)/.exec(printed)?.[1],
      accepts: { version: inRange, words },
    })();
  return (async () => {
    for (const names of [['python3'], ['python'], exact]) {
      const found = await lookFor(names);
      if (found.found) return found;
    }
    return { found: false, reason: `${name} needs ${words}, and there is none on PATH.` };
  })();
}

/** Makes the environment. @returns one sentence when that fails; nothing is left then. */
async function install(
  tool: PythonTool,
  base: string,
  folder: string,
  python: string,
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(path.dirname(folder), { recursive: true });
  const requirements = `${folder}.requirements.txt`;
  await writeFile(requirements, requirementsOf(tool));
  // Scripts of a virtual environment hold its path, so it is made where it stays; `.complete` says that it is whole.
  const steps: readonly (readonly [string, readonly string[]])[] = [
    [base, ['-I', '-m', 'venv', folder]],
    [
      python,
      [
        '-I',
        '-m',
        'pip',
        'install',
        '--quiet',
        '--disable-pip-version-check',
        '--no-input',
        '--require-hashes',
        '--no-deps',
        '--only-binary',
        ':all:',
        '-r',
        requirements,
      ],
    ],
  ];
  for (const [program, args] of steps) {
    const end = await runProgram(program, args, { folder: path.dirname(folder), timeLimit: installLimit, environment });
    if (!end.started || end.exitCode !== 0) {
      await rm(folder, { recursive: true, force: true });
      return `${tool.name} ${tool.version} could not be installed: ${reasonOf(end)}`;
    }
  }
  await writeFile(`${folder}.complete`, '');
  return undefined;
}

function reasonOf({
  timedOut,
  stderr,
  stdout,
}: {
  readonly timedOut: boolean;
  readonly stderr: string;
  readonly stdout: string;
}): string {
  if (timedOut) return 'it took longer than ten minutes.';
  const lines = `${stderr}\n${stdout}`.split('\n').map((line) => line.trim());
  const line =
    lines.findLast((each) => /^ERROR|error:/i.test(each)) ?? lines.find((each) => each !== '') ?? 'no reason given';
  return line.slice(0, 300);
}
