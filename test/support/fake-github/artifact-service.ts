import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Answer } from './endpoint.ts';
import type { FakeState, StoredArtifact } from './state.ts';

/** Where the artifact client posts; the protocol is that of `actions/toolkit` `packages/artifact`, `results/api/v1/artifact.proto`. */
export const twirpPrefix = '/twirp/github.actions.results.api.v1.ArtifactService/';

const ids = { workflow_run_backend_id: z.string().min(1), workflow_job_run_backend_id: z.string().min(1) };
const wrapped = z.strictObject({ value: z.string() }).or(z.string());
const schemas = {
  CreateArtifact: z.strictObject({
    ...ids,
    name: z.string().regex(/^[^"<>|*?\r\n\\/:]{1,256}$/),
    expires_at: z.string().optional(),
    version: z.literal(7),
    mime_type: wrapped.optional(),
  }),
  FinalizeArtifact: z.strictObject({
    ...ids,
    name: z.string(),
    size: z.string().regex(/^\d+$/),
    hash: wrapped.optional(),
  }),
  ListArtifacts: z.strictObject({ ...ids, name_filter: wrapped.optional(), id_filter: wrapped.optional() }),
  GetSignedArtifactURL: z.strictObject({ ...ids, name: z.string() }),
};

const text = (value: z.infer<typeof wrapped> | undefined): string | undefined =>
  typeof value === 'object' ? value.value : value;
const failed = (status: number, code: string, msg: string): Answer => ({ status, body: { code, msg } });

/** A runtime token as the runner gives to a job: a JWT whose scope names run and job. Unsigned, as the client does not check it. */
export function runtimeToken(runId: string, jobId: string): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: 'JWT' })}.${part({ scp: `Actions.ExampleScope Actions.Results:${runId}:${jobId}` })}.none`;
}

/** Answers one call of the artifact service. */
export function answerTwirp(state: FakeState, method: string, authorization: string, body: unknown): Answer {
  if (!/^Bearer [\w-]+\.[\w-]+\.\w+$/.test(authorization)) return failed(401, 'unauthenticated', 'no runtime token');
  const schema = Object.entries(schemas).find(([name]) => name === method)?.[1];
  if (schema === undefined) return failed(404, 'bad_route', `no method ${method}`);
  const checked = schema.safeParse(body);
  if (!checked.success) {
    state.violations.push(`${method}: ${checked.error.message}`);
    return failed(400, 'malformed', checked.error.message);
  }
  const handlers: Readonly<Record<string, () => Answer>> = {
    CreateArtifact: () => create(state, schemas.CreateArtifact.parse(body)),
    FinalizeArtifact: () => finalize(state, schemas.FinalizeArtifact.parse(body)),
    ListArtifacts: () => list(state, schemas.ListArtifacts.parse(body)),
    GetSignedArtifactURL: () => sign(state, schemas.GetSignedArtifactURL.parse(body)),
  };
  return handlers[method]?.() ?? failed(404, 'bad_route', method);
}

function create(state: FakeState, request: z.infer<typeof schemas.CreateArtifact>): Answer {
  const same = state.artifacts.find(
    ({ name, runId }) => name === request.name && runId === request.workflow_run_backend_id,
  );
  if (same !== undefined)
    return failed(409, 'already_exists', 'an artifact with this name already exists on the workflow run');
  const artifact: StoredArtifact = {
    id: state.nextId++,
    name: request.name,
    runId: request.workflow_run_backend_id,
    jobId: request.workflow_job_run_backend_id,
    bytes: Buffer.alloc(0),
    digest: undefined,
    contentType: text(request.mime_type) ?? 'application/zip',
    finalized: false,
  };
  state.artifacts.push(artifact);
  return { status: 200, body: { ok: true, signed_upload_url: blobUrl(state, artifact) } };
}

function finalize(state: FakeState, request: z.infer<typeof schemas.FinalizeArtifact>): Answer {
  const artifact = state.artifacts.find(
    ({ name, runId }) => name === request.name && runId === request.workflow_run_backend_id,
  );
  if (artifact === undefined) return failed(404, 'not_found', 'no such artifact');
  const digest = `sha256:${createHash('sha256').update(artifact.bytes).digest('hex')}`;
  if (Number(request.size) !== artifact.bytes.length || (text(request.hash) ?? digest) !== digest)
    return failed(400, 'invalid_argument', 'size or hash differ from what was uploaded');
  artifact.digest = digest;
  artifact.finalized = true;
  return { status: 200, body: { ok: true, artifact_id: String(artifact.id) } };
}

function list(state: FakeState, request: z.infer<typeof schemas.ListArtifacts>): Answer {
  const name = text(request.name_filter);
  const id = text(request.id_filter);
  const found = state.artifacts.filter(
    (artifact) =>
      artifact.finalized &&
      artifact.runId === request.workflow_run_backend_id &&
      (name === undefined || artifact.name === name) &&
      (id === undefined || String(artifact.id) === id),
  );
  return {
    status: 200,
    body: {
      artifacts: found.map((artifact) => ({
        workflow_run_backend_id: artifact.runId,
        workflow_job_run_backend_id: artifact.jobId,
        database_id: String(artifact.id),
        name: artifact.name,
        size: String(artifact.bytes.length),
        created_at: '2026-01-01T00:00:00Z',
        ...(artifact.digest === undefined ? {} : { digest: artifact.digest }),
      })),
    },
  };
}

function sign(state: FakeState, request: z.infer<typeof schemas.GetSignedArtifactURL>): Answer {
  const artifact = state.artifacts.findLast(
    ({ name, runId }) => name === request.name && runId === request.workflow_run_backend_id,
  );
  return artifact === undefined
    ? failed(404, 'not_found', 'no such artifact')
    : { status: 200, body: { signed_url: blobUrl(state, artifact) } };
}

const blobUrl = (state: FakeState, artifact: StoredArtifact) =>
  `${state.url}/blobs/artifacts/${artifact.id}.zip?sig=signature`;
