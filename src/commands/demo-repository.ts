import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../errors.ts';

/** The configuration on the main branch of the demonstration. */
const configuration = `version: 1
targets:
  nano33: { board: arduino-nano-33-ble, ram: 128 KiB, flash: 512 KiB }
  pi4: { board: raspberry-pi-4/onnxruntime }
  esp32: esp32-s3
models:
  - path: models/*
    calibration: data/calibration.npz
    evaluation: { data: data/evaluation.npz, metric: top-1 }
  - path: models/sensor.onnx
    targets: [nano33]
    recipe: int8
    use-case: keyword-spotting
    reference: mlperf-tiny/image-classification
  - path: models/wake.tflite
    targets: [nano33]
  - path: models/logger.tflite
    targets: [nano33, esp32]
  - path: models/gateway.onnx
    targets: [pi4]
    recipe: int8
budgets:
  - models: models/sensor.onnx
    peak-ram: { max: 10 KiB }
    flash: { max-increase: 2 KiB, level: warn }
  - models: models/logger.tflite
    flash: { max-increase: 8 KiB }
    latency: { max: 100 ms }
    peak-ram: { max-increase: 10% since v1.0.0, level: warn }
  - models: models/*
    accuracy: { max-drop: 1 pp }
schedule:
  - target: nano33
    arenas: shared
    battery: CR2032
    tasks:
      - { model: models/wake.tflite, every: 100 ms, deadline: 26 ms }
      - { model: models/sensor.onnx, every: 200 ms }
      - { model: models/logger.tflite, every: 1 s }
`;

/** A model that the pull request leaves as it is, and makes late. */
export const lateModel = 'models/wake.tflite';

/** A commit of the demonstration: when, what happens, and which fixture version each model file takes. */
interface Step {
  readonly day: string;
  readonly message: string;
  readonly models: Readonly<Record<string, string>>;
}

const main: readonly Step[] = [
  {
    day: '2026-01-15',
    message: 'Digits recogniser',
    models: {
      'models/sensor.onnx': 'base/digits.onnx',
      'models/logger.tflite': 'wider/digits-int8.tflite',
      'models/wake.tflite': 'base/digits-int8.tflite',
    },
  },
  {
    day: '2026-02-24',
    message: 'The logger as small as the others (#7)',
    models: { 'models/logger.tflite': 'base/digits-int8.tflite' },
  },
  {
    day: '2026-04-08',
    message: 'The logger learns from the field',
    models: { 'models/logger.tflite': 'worse/digits-int8.tflite' },
  },
  {
    day: '2026-05-19',
    message: 'Back to the logger that knew its digits; the gateway reads them, too',
    models: { 'models/logger.tflite': 'base/digits-int8.tflite', 'models/gateway.onnx': 'base/digits.onnx' },
  },
];

/** The tag at the second of them, which a budget refers to. */
const release = 'v1.0.0';

/** The model that a history is recorded of. */
export const recordedModel = 'models/logger.tflite';

/** The commits whose models are recorded, oldest first. */
export const recordedCommits = ['main~3', 'main~2', 'main~1', 'main'] as const;

const pullRequest: Step = {
  day: '2026-06-02',
  message: 'Wider networks for the microcontroller, a retrained one for the gateway',
  models: {
    'models/sensor.onnx': 'wider/digits.onnx',
    'models/logger.tflite': 'wider/digits-int8.tflite',
    'models/gateway.onnx': 'worse/digits.onnx',
  },
};

/**
 * Makes a git repository in an empty folder: `main` with four commits, a release and four good models, and `pull-request` with two that grew, so that a third on the same core is late, and one that was retrained badly.
 * @throws UserError when the fixtures are not beside the gate, or git is missing.
 */
export function makeDemoRepository(directory: string): void {
  const fixtures = fixturesFolder();
  git(directory, 'init', '--quiet', '--initial-branch=main');
  mkdirSync(path.join(directory, 'data'));
  mkdirSync(path.join(directory, 'models'));
  for (const set of ['calibration.npz', 'evaluation.npz']) {
    copyFileSync(path.join(fixtures, set), path.join(directory, 'data', set));
  }
  writeFileSync(path.join(directory, 'edge-ready.yml'), configuration);
  for (const step of main) commit(directory, fixtures, step);
  git(directory, 'tag', release, 'main~2');
  git(directory, 'checkout', '--quiet', '-b', 'pull-request');
  commit(directory, fixtures, pullRequest);
}

function commit(directory: string, fixtures: string, step: Step): void {
  for (const [file, fixture] of Object.entries(step.models)) {
    copyFileSync(path.join(fixtures, fixture), path.join(directory, file));
  }
  git(directory, 'add', '--all');
  gitAt(`${step.day}T12:00:00Z`, directory, 'commit', '--quiet', `--message=${step.message}`);
}

/** `fixtures/digits` beside the bundle in `dist/`, or beside `src/` when run from the sources. */
function fixturesFolder(): string {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const candidates = ['..', '../..'].map((up) => path.resolve(here, up, 'fixtures', 'digits'));
  const found = candidates.find((folder) => existsSync(folder));
  if (found === undefined)
    throw new UserError('The demonstration needs the folder fixtures/ of the gate, which is not here.');
  return found;
}

/** Runs git with an identity and without the user's own configuration, so that the demonstration is the same everywhere. */
function git(directory: string, ...args: readonly string[]): void {
  gitAt(undefined, directory, ...args);
}

function gitAt(date: string | undefined, directory: string, ...args: readonly string[]): void {
  const identity = { name: 'Demonstration', email: 'demo@example.com' };
  try {
    execFileSync('git', args, {
      cwd: directory,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...process.env,
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_AUTHOR_NAME: identity.name,
        GIT_AUTHOR_EMAIL: identity.email,
        GIT_COMMITTER_NAME: identity.name,
        GIT_COMMITTER_EMAIL: identity.email,
        ...(date === undefined ? {} : { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date }),
      },
    });
  } catch (error) {
    throw new UserError(
      `The demonstration could not run git ${args[0]}: ${error instanceof Error ? error.message : error}`,
    );
  }
}
