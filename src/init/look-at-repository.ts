import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { git, splitNul } from '../changes/git.ts';
import { openRepository } from '../changes/repository.ts';
import { modelFile } from '../formats/model-file.ts';
import { boardOfOverlay, boardsIn, isBuildFile, type MentionedBoard } from './mentioned-boards.ts';

/** Larger files are not build files, and more of them are not read. */
const largestBuildFile = 512 * 1024;
const mostBuildFiles = 500;

/** What a repository has that a configuration is made from. Paths are from its top, `/` between folders. */
export interface Repository {
  readonly root: string;
  readonly models: readonly string[];
  /** `.npz` files, by what their names say that they are for. */
  readonly calibration: readonly string[];
  readonly evaluation: readonly string[];
  /** A board each, the first place that names it. */
  readonly boards: readonly MentionedBoard[];
  readonly hasConfiguration: boolean;
  /** A workflow that uses the gate already, if any. */
  readonly workflow: string | undefined;
}

/**
 * Looks through the files that git tracks or would track.
 * @throws UserError outside of a repository
 */
export async function lookAtRepository(directory: string): Promise<Repository> {
  const { root } = await openRepository(directory);
  const listed = await git(root, ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  const files = [...new Set(splitNul(listed))].sort().filter((file) => existsSync(path.join(root, file)));
  const buildFiles = files.filter(isBuildFile).slice(0, mostBuildFiles);
  const mentioned = [
    ...buildFiles.flatMap((file) => boardsIn(file, textOf(root, file))),
    ...files.flatMap(boardOfOverlay),
  ];
  const arrays = files.filter((file) => file.endsWith('.npz'));
  const isForCalibration = (file: string) => /calib|represent/i.test(path.posix.basename(file));
  const isForEvaluation = (file: string) =>
    /test|eval|valid/i.test(path.posix.basename(file)) && !isForCalibration(file);
  const workflows = files.filter((file) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(file));
  return {
    root,
    models: files.filter((file) => modelFile.test(file)),
    calibration: arrays.filter(isForCalibration),
    evaluation: arrays.filter(isForEvaluation),
    boards: mentioned.filter(({ board }, index) => mentioned.findIndex((other) => other.board === board) === index),
    hasConfiguration: files.includes('edge-ready.yml'),
    workflow: workflows.find((file) => /uses:\s*\S+\/edge-ready-gate(\/report)?@/.test(textOf(root, file))),
  };
}

function textOf(root: string, file: string): string {
  const place = path.join(root, file);
  const { size } = statSync(place);
  return size > largestBuildFile || !statSync(place).isFile() ? '' : readFileSync(place, 'utf8');
}
