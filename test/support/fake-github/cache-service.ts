import * as z from 'zod';
import type { Answer } from './endpoint.ts';
import type { FakeState, StoredArtifact } from './state.ts';

/** Where the cache client posts; the protocol is that of `actions/toolkit` `packages/cache`, `results/api/v1/cache.proto`. */
export const cachePrefix = '/twirp/github.actions.results.api.v1.CacheService/';

const named = {
  key: z.string().min(1).max(512),
  version: z.string().regex(/^[0-9a-f]{64}$/),
  metadata: z.unknown().optional(),
};
const schemas = {
  GetCacheEntryDownloadURL: z.strictObject({ ...named, restore_keys: z.array(z.string()).max(10).optional() }),
  CreateCacheEntry: z.strictObject(named),
  FinalizeCacheEntryUpload: z.strictObject({ ...named, size_bytes: z.string().regex(/^\d+$/) }),
};

/** Answers one call of the cache service. A cache is kept like an artifact, under its key and version. */
export function answerCache(state: FakeState, method: string, body: unknown): Answer {
  const schema = Object.entries(schemas).find(([name]) => name === method)?.[1];
  if (schema === undefined) return { status: 404, body: { code: 'bad_route', msg: `no method ${method}` } };
  const checked = schema.safeParse(body);
  if (!checked.success) {
    state.violations.push(`${method}: ${checked.error.message}`);
    return { status: 400, body: { code: 'malformed', msg: checked.error.message } };
  }
  if (method === 'CreateCacheEntry') return create(state, checked.data);
  if (method === 'FinalizeCacheEntryUpload') return finalize(state, checked.data);
  return find(state, schemas.GetCacheEntryDownloadURL.parse(body));
}

type Named = { readonly key: string; readonly version: string };

const isOf = (version: string) => (entry: StoredArtifact) => entry.runId === `cache ${version}`;
const url = (state: FakeState, { id }: StoredArtifact) => `${state.url}/blobs/artifacts/${id}.zip?sig=signature`;

function create(state: FakeState, { key, version }: Named): Answer {
  if (state.artifacts.some((entry) => isOf(version)(entry) && entry.name === key))
    return {
      status: 409,
      body: { code: 'already_exists', msg: 'cache entry with the same key, version, and scope already exists' },
    };
  const entry: StoredArtifact = {
    id: state.nextId++,
    name: key,
    runId: `cache ${version}`,
    jobId: '',
    bytes: Buffer.alloc(0),
    digest: undefined,
    contentType: 'application/octet-stream',
    finalized: false,
  };
  state.artifacts.push(entry);
  return { status: 200, body: { ok: true, signed_upload_url: url(state, entry) } };
}

function finalize(state: FakeState, { key, version }: Named): Answer {
  const entry = state.artifacts.find((one) => isOf(version)(one) && one.name === key);
  if (entry === undefined) return { status: 404, body: { code: 'not_found', msg: 'no such entry' } };
  entry.finalized = true;
  return { status: 200, body: { ok: true, entry_id: String(entry.id) } };
}

function find(state: FakeState, asked: z.infer<typeof schemas.GetCacheEntryDownloadURL>): Answer {
  const starts = [asked.key, ...(asked.restore_keys ?? [])];
  const entries = state.artifacts.filter((entry) => entry.finalized && isOf(asked.version)(entry));
  const found = starts.map((start) => entries.findLast(({ name }) => name.startsWith(start))).find(Boolean);
  return found === undefined
    ? { status: 200, body: { ok: false } }
    : { status: 200, body: { ok: true, signed_download_url: url(state, found), matched_key: found.name } };
}
