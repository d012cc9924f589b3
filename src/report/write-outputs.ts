import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { codeOf, messageOf, UserError } from '../errors.ts';
import { renderComment } from './comment.ts';
import { renderHtml } from './html/render-html.ts';
import type { GateReport } from './report-schema.ts';

/** A model that the gate made, for a target, from the model at `path` in the repository. */
export interface ProducedModel {
  readonly target: string;
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Paths of what was written. */
export interface OutputFiles {
  readonly report: string;
  readonly comment: string;
  /** The report for people, one page. */
  readonly page: string;
  /** A folder: the models by target and path. */
  readonly artifacts: string;
}

/** A folder that is being written: nothing is seen of it before `finish`. */
export interface Outputs {
  /** Writes an optimised model. */
  readonly keep: (model: ProducedModel) => Promise<void>;
  /** Writes the rest and moves all to its place, the report last. */
  readonly finish: (report: GateReport) => Promise<OutputFiles>;
  /** Deletes what is left of the writing; to be called at the end in any case. */
  readonly close: () => Promise<void>;
}

/**
 * Begins to write `report.json`, `comment.md`, `report.html` and `artifacts/<target>/<path>` into a folder, which is made when it is missing.
 * Each appears whole or not at all: it is written beside its place and moved there.
 * @throws UserError when there can be no such folder
 */
export async function openOutputs(directory: string): Promise<Outputs> {
  const scratch = await mkdir(directory, { recursive: true })
    .then(() => mkdtemp(path.join(directory, '.writing-')))
    .catch((error: unknown) => {
      const isFile = codeOf(error) === 'EEXIST' || codeOf(error) === 'ENOTDIR';
      const why = isFile ? 'it, or a part of its path, is a file' : messageOf(error);
      throw new UserError(`The report can't be written into the folder ${directory}: ${why}.`);
    });
  await mkdir(path.join(scratch, 'artifacts'));
  return {
    keep: (model) => writeModelFile(path.join(scratch, 'artifacts'), model),
    finish: async (report) => {
      await writeFile(path.join(scratch, 'comment.md'), renderComment(report, { marker: '' }));
      await writeFile(path.join(scratch, 'report.html'), renderHtml(report));
      await writeFile(path.join(scratch, 'report.json'), `${JSON.stringify(report)}\n`);
      const files = {
        report: path.join(directory, 'report.json'),
        comment: path.join(directory, 'comment.md'),
        page: path.join(directory, 'report.html'),
        artifacts: path.join(directory, 'artifacts'),
      };
      await rm(files.artifacts, { recursive: true, force: true });
      for (const file of [files.artifacts, files.comment, files.page, files.report]) {
        await rename(path.join(scratch, path.basename(file)), file);
      }
      return files;
    },
    close: () => rm(scratch, { recursive: true, force: true }),
  };
}

/** Has a folder written by `use`, or none where none is wanted; see `openOutputs`. */
export async function withOutputs<T>(
  directory: string | undefined,
  use: (outputs: Outputs | undefined) => Promise<T>,
): Promise<T> {
  const outputs = directory === undefined ? undefined : await openOutputs(directory);
  try {
    return await use(outputs);
  } finally {
    await outputs?.close();
  }
}

/** A target's name becomes one plain folder name. Paths are git's, which names nothing `..`; a tree made by hand may. */
async function writeModelFile(folder: string, { target, path: modelPath, bytes }: ProducedModel): Promise<void> {
  const file = path.join(folder, targetFolder(target), ...modelPath.split('/').map(fileName));
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, bytes);
}

/** A target's name as the name of a folder. */
export function targetFolder(target: string): string {
  return target.replace(/[^\w.-]+/g, '-').replace(/^\.+/, '') || 'target';
}

/** A part of a path as the name of a file on any system: no way up, no other drive or stream, nothing unseen. */
function fileName(part: string): string {
  return part.replace(/[\\:\p{Cc}]/gu, '-').replace(/^\.+$/, '-') || '-';
}
