import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { messageOf } from '../errors.ts';
import type { Repository } from './context.ts';

/** An artifact of a run, as the report job sees it. */
export interface ListedArtifact {
  readonly id: number;
  readonly name: string;
  readonly bytes: number;
  readonly digest: string | undefined;
}

/** A run other than this one whose artifacts are read, as `workflow_run` needs; the token must have `actions: read`. */
export interface OtherRun extends Repository {
  readonly runId: number;
  readonly token: string;
}

/** Most names that are tried for an artifact: two jobs that look the same, as those of a reusable workflow called twice on an older runner, want the same one. */
const mostNames = 10;

/**
 * Uploads files below `root` as one artifact of this run; where its name is taken, by it with a number behind it. The artifact service's errors pass through.
 */
export async function uploadArtifact(name: string, files: readonly string[], root: string): Promise<void> {
  const { DefaultArtifactClient } = await import('@actions/artifact');
  const client = new DefaultArtifactClient();
  for (let number = 1; ; number++) {
    try {
      await client.uploadArtifact(number === 1 ? name : `${name}.${number}`, [...files], root);
      return;
    } catch (error) {
      if (number === mostNames || !isTaken(error)) throw error;
    }
  }
}

const isTaken = (error: unknown): boolean => /\(409\)|already exists/i.test(messageOf(error));

/** Uploads a file as it is, so that a browser can open it from the run's page; gives the artifact's id. It is called like the file. */
export async function uploadFile(file: string): Promise<number | undefined> {
  const { DefaultArtifactClient } = await import('@actions/artifact');
  const { id } = await new DefaultArtifactClient().uploadArtifact(path.basename(file), [file], path.dirname(file), {
    skipArchive: true,
  });
  return id;
}

/** The artifacts of this run, or of another, whose names start with `prefix`; of several of one name (re-runs) the newest. */
export async function listArtifacts(prefix: string, other: OtherRun | null): Promise<readonly ListedArtifact[]> {
  const { DefaultArtifactClient } = await import('@actions/artifact');
  const { artifacts } = await new DefaultArtifactClient().listArtifacts({ latest: true, ...findBy(other) });
  return artifacts
    .filter((artifact) => artifact.name.startsWith(prefix))
    .map(({ id, name, size, digest }) => ({ id, name, bytes: size, digest }));
}

/** The bytes of an artifact's archive, still packed so that nothing a stranger packed is written anywhere. */
export async function downloadArchive(
  artifact: ListedArtifact,
  temporary: string,
  other: OtherRun | null,
): Promise<Uint8Array> {
  const { DefaultArtifactClient } = await import('@actions/artifact');
  const folder = mkdtempSync(path.join(temporary, 'edge-ready-shard-'));
  try {
    const { digestMismatch } = await new DefaultArtifactClient().downloadArtifact(artifact.id, {
      path: folder,
      skipDecompress: true,
      ...(artifact.digest === undefined ? {} : { expectedHash: artifact.digest }),
      ...findBy(other),
    });
    if (digestMismatch === true) throw new Error('it arrived damaged (its digest differs)');
    const [file] = readdirSync(folder);
    if (file === undefined) throw new Error('it is empty');
    return readFileSync(path.join(folder, file));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Why the artifact service did not take something (`what` completes `The gate could not …`), and what to do. */
export function explainUploadFailure(error: unknown, what: string): string {
  const message = shortMessage(error);
  const start = `The gate could not ${what}`;
  if (hasNoService.test(message)) return `${start}: this runner has no artifact service; set \`upload: false\`.`;
  if (isTaken(error))
    return `${start}: this run has an artifact of that name already; give each gate of the workflow its own \`key\`.`;
  if (/quota/i.test(message))
    return `${start}: the storage for artifacts is full; delete artifacts, raise the quota, or set \`upload: false\` (${message}).`;
  return `${start} (${message}); run the job again later, or set \`upload: false\`.`;
}

/** Why the artifact service did not give something, and what to do. */
export function explainDownloadFailure(error: unknown, what: string): string {
  const message = shortMessage(error);
  const start = `The gate could not ${what}`;
  if (hasNoService.test(message))
    return `${start}: this runner has no artifact service; use the report action on GitHub.`;
  if (/\(403\)|not accessible/i.test(message))
    return `${start}: the token lacks a permission; add \`actions: read\` to the job's \`permissions:\` (${message}).`;
  return `${start} (${message}); run the job again later.`;
}

const hasNoService = /ACTIONS_RUNTIME_TOKEN|ACTIONS_RESULTS_URL/;

/** The words of a client of `@actions` in one line, without its general advice. */
export function shortMessage(error: unknown): string {
  const line = messageOf(error).replace(/\s+/g, ' ');
  return line
    .replace(/ If you are using self-hosted runners.*/, '')
    .replace(/\.$/, '')
    .slice(0, 300);
}

function findBy(other: OtherRun | null) {
  return other === null
    ? {}
    : {
        findBy: {
          token: other.token,
          workflowRunId: other.runId,
          repositoryOwner: other.owner,
          repositoryName: other.repo,
        },
      };
}
