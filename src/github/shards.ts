import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../errors.ts';
import type { GateReport } from '../report/report-schema.ts';
import { readArchivedFile } from './archived-file.ts';
import {
  downloadArchive,
  explainDownloadFailure,
  explainUploadFailure,
  listArtifacts,
  type OtherRun,
  uploadArtifact,
} from './artifacts.ts';
import type { RunContext } from './context.ts';
import type { Leg } from './inputs.ts';
import { modelsName, shardName, shardPrefix } from './leg-name.ts';
import { parseShard, type Shard, shardBytesLimit } from './shard.ts';
import { shardText } from './shard-text.ts';

/** The one file that the report job reads from a leg's artifact. */
const shardFile = 'shard.json';
/** Most artifacts that are read; a matrix has at most 256 legs. */
const shardCountLimit = 1000;

/** What a leg hands to the report job. `artifactsFolder` holds its optimised models, if any. */
export interface LegResult {
  readonly key: string;
  readonly leg: Leg;
  readonly report: GateReport;
  readonly artifactsFolder: string;
}

/** Uploads a leg's shard, and its optimised models beside it; gives one sentence for each that could not be. */
export async function uploadShard(result: LegResult, context: RunContext): Promise<readonly string[]> {
  const { key, leg, report } = result;
  const failures: string[] = [];
  const folder = mkdtempSync(path.join(context.temporary, 'edge-ready-shard-'));
  try {
    const file = path.join(folder, shardFile);
    const shard: Shard = { schemaVersion: 1, key, leg, run: context.run, report };
    const text = shardText(shard);
    if (text === undefined) throw new UserError(tooLargeToReport(report));
    writeFileSync(file, text);
    await uploadArtifact(shardName(key, report.targets, leg, context.run.attempt), [file], folder);
  } catch (error) {
    failures.push(error instanceof UserError ? error.message : explainUploadFailure(error, 'upload its report'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const models = filesBelow(result.artifactsFolder);
  if (models.length === 0 || failures.length > 0) return failures;
  try {
    const name = modelsName(key, report.targets, leg.matrix, context.run.attempt);
    await uploadArtifact(name, models, result.artifactsFolder);
  } catch (error) {
    failures.push(explainUploadFailure(error, 'upload the optimised models'));
  }
  return failures;
}

function tooLargeToReport({ comparisons }: GateReport): string {
  return `The report of this leg, with ${comparisons.length} comparisons, has more than the ${shardBytesLimit / 2 ** 20} MiB that the report job reads: give each target a leg of its own, or share the models among legs by the input \`models\`.`;
}

/** What the report job found: the legs' shards, those of them that no longer hold, and one sentence for each of these and for each artifact that is not a shard. */
export interface DownloadedShards {
  readonly shards: readonly Shard[];
  readonly leftOut?: readonly Shard[];
  /** How many artifacts are no shards, or could not be read. */
  readonly unread?: number;
  readonly problems: readonly string[];
}

/** Every shard that legs with `key` uploaded to this run (or to `other`). Never throws: what could not be read is a problem. */
export async function downloadShards(
  key: string,
  context: RunContext,
  other: OtherRun | null = null,
): Promise<DownloadedShards> {
  const shards: Shard[] = [];
  const problems: string[] = [];
  let unread = 0;
  try {
    const artifacts = await listArtifacts(shardPrefix(key), other);
    if (artifacts.length > shardCountLimit)
      problems.push(`Only ${shardCountLimit} of ${artifacts.length} reports were read.`);
    for (const artifact of artifacts.slice(0, shardCountLimit)) {
      try {
        if (artifact.bytes > shardBytesLimit)
          throw new UserError(`The artifact ${artifact.name} is too large for a shard.`);
        const archive = await downloadArchive(artifact, context.temporary, other);
        const text = readArchivedFile(archive, shardFile, shardBytesLimit, artifact.name);
        const shard = parseShard(text, artifact.name);
        // `edge-ready-a-` is also the prefix of key `a-b`.
        if (shard.key === key) shards.push(shard);
      } catch (error) {
        unread += 1;
        problems.push(
          error instanceof UserError
            ? error.message
            : explainDownloadFailure(error, `read the artifact ${artifact.name}`),
        );
      }
    }
  } catch (error) {
    problems.push(explainDownloadFailure(error, "list the legs' reports"));
  }
  return { shards, unread, problems };
}

function filesBelow(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}
