import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { UserError } from '../errors.ts';
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
import { keySchema } from './shard.ts';
import { type Silence, silenceSchema } from './silent-jobs.ts';

const recordFile = 'silent-jobs.json';
const bytesLimit = 1024 * 1024;

/** What a report job leaves for one on `workflow_run`, which has no `needs` of the run that measured. Strict, as it may come from a fork. */
const recordSchema = z.strictObject({
  schemaVersion: z.literal(1),
  key: keySchema,
  attempt: z.number().int().nonnegative(),
  silences: z.array(silenceSchema).min(1).max(256),
});

/** No key and attempt have the name of others. */
const recordName = (key: string, attempt: number) => `silent-jobs-${attempt}-${key}`;

/** Uploads which jobs were silent, if any were; a sentence when that could not be. */
export async function uploadSilences(
  silences: readonly Silence[],
  key: string,
  context: RunContext,
): Promise<string | undefined> {
  if (silences.length === 0) return undefined;
  const { attempt } = context.run;
  const folder = mkdtempSync(path.join(context.temporary, 'edge-ready-silent-'));
  try {
    const file = path.join(folder, recordFile);
    writeFileSync(file, JSON.stringify({ schemaVersion: 1, key, attempt, silences }));
    await uploadArtifact(recordName(key, attempt), [file], folder);
    return undefined;
  } catch (error) {
    return explainUploadFailure(error, 'upload which jobs left no report');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the report job of the run that measured said of silent jobs in `attempt`. Never throws: what could not be read is a problem. */
export async function downloadSilences(
  key: string,
  attempt: number,
  context: RunContext,
  other: OtherRun,
): Promise<{ readonly silences: readonly Silence[]; readonly problems: readonly string[] }> {
  const name = recordName(key, attempt);
  try {
    const artifact = (await listArtifacts(name, other)).find((found) => found.name === name);
    if (artifact === undefined) return { silences: [], problems: [] };
    if (artifact.bytes > bytesLimit) throw new UserError(`The artifact ${name} is too large for a list of jobs.`);
    const archive = await downloadArchive(artifact, context.temporary, other);
    return { silences: parseSilences(readArchivedFile(archive, recordFile, bytesLimit, name), name), problems: [] };
  } catch (error) {
    const problem =
      error instanceof UserError ? error.message : explainDownloadFailure(error, `read the artifact ${name}`);
    return { silences: [], problems: [problem] };
  }
}

function parseSilences(text: string, label: string): readonly Silence[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const parsed = recordSchema.safeParse(json);
  if (parsed.success) return parsed.data.silences;
  throw new UserError(
    `The artifact ${label} is not a list of jobs of this version of the gate; let both actions run the same version.`,
  );
}
