import { createHash } from 'node:crypto';
import type { Answer, Endpoint } from './endpoint.ts';
import { example, operation } from './openapi.ts';
import type { FakeState, StoredObject } from './state.ts';

type Stored<Type extends StoredObject['type']> = Extract<StoredObject, { type: Type }>;

/** Keeps an object and gives its id, the same for the same content, as git's are. */
function store(state: FakeState, object: StoredObject): string {
  const content =
    object.type === 'blob'
      ? object.bytes
      : JSON.stringify(object, (_key, value: unknown) => (value instanceof Map ? [...value] : value));
  const sha = createHash('sha1').update(object.type).update(content).digest('hex');
  state.objects.set(sha, object);
  return sha;
}

/** A commit of nothing, for tests that need one. */
export function storeCommit(state: FakeState, message: string, time: number, parents: readonly string[] = []): string {
  return store(state, {
    type: 'commit',
    tree: store(state, { type: 'tree', entries: new Map() }),
    parents,
    message,
    time,
  });
}

/** The texts of the files at the top of a branch. */
export function filesOf(state: FakeState, branch: string): ReadonlyMap<string, string> {
  const commit = find(state, state.refs.get(`refs/heads/${branch}`), 'commit');
  const tree = find(state, commit?.tree, 'tree');
  return new Map(
    [...(tree?.entries ?? [])].map(([path, { sha }]) => [path, find(state, sha, 'blob')?.bytes.toString('utf8') ?? '']),
  );
}

function find<Type extends StoredObject['type']>(
  state: FakeState,
  sha: string | undefined,
  type: Type,
): Stored<Type> | undefined {
  const object = state.objects.get(sha ?? '');
  return object?.type === type ? (object as Stored<Type>) : undefined;
}

const answerOf = (status: number, message: string): Answer => ({
  status,
  body: { message, documentation_url: 'https://docs.github.com/rest/git', status: String(status) },
});
const notFound = answerOf(404, 'Not Found');

const address = (state: FakeState, kind: string, sha: string) =>
  `${state.url}/repos/${state.repository}/git/${kind}/${sha}`;

function refJson(state: FakeState, name: string, sha: string): unknown {
  return {
    ref: name,
    node_id: 'R_1',
    url: address(state, 'refs', name.replace('refs/', '')),
    object: { type: 'commit', sha, url: address(state, 'commits', sha) },
  };
}

function commitJson(state: FakeState, sha: string, commit: Stored<'commit'>): unknown {
  const date = new Date(commit.time * 1000).toISOString().replace('.000', '');
  const who = { name: 'A', email: 'a@example.com', date };
  return {
    ...example('git-commit'),
    sha,
    url: address(state, 'commits', sha),
    author: who,
    committer: who,
    message: commit.message,
    tree: { sha: commit.tree, url: address(state, 'trees', commit.tree) },
    parents: commit.parents.map((parent) => ({
      sha: parent,
      url: address(state, 'commits', parent),
      html_url: `https://github.com/${state.repository}/commit/${parent}`,
    })),
  };
}

function treeJson(state: FakeState, sha: string, tree: Stored<'tree'>): unknown {
  return {
    sha,
    url: address(state, 'trees', sha),
    truncated: false,
    tree: [...tree.entries].map(([path, { mode, sha: id }]) => ({
      path,
      mode,
      type: 'blob',
      sha: id,
      size: find(state, id, 'blob')?.bytes.length ?? 0,
      url: address(state, 'blobs', id),
    })),
  };
}

/** True when one commit is the other or comes after it. */
function descends(state: FakeState, sha: string, from: string): boolean {
  const waiting = [sha];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next === from) return true;
    waiting.push(...(find(state, next, 'commit')?.parents ?? []));
  }
  return false;
}

/** The endpoints of the Git database that the history is written through. https://docs.github.com/en/rest/git */
export function gitEndpoints(): readonly Endpoint[] {
  return [
    {
      operation: operation('GET /repos/{owner}/{repo}/git/ref/{ref}'),
      handle(state, { parameters }) {
        const name = `refs/${parameters.ref}`;
        const sha = state.refs.get(name);
        if (state.refs.size === 0 && state.objects.size === 0) return answerOf(409, 'Git Repository is empty.');
        return sha === undefined ? notFound : { status: 200, body: refJson(state, name, sha) };
      },
    },
    {
      operation: operation('POST /repos/{owner}/{repo}/git/refs'),
      handle(state, { body }) {
        const { ref, sha } = body as { ref: string; sha: string };
        if (state.refs.has(ref)) return answerOf(422, 'Reference already exists');
        if (find(state, sha, 'commit') === undefined) return answerOf(422, 'Object does not exist');
        state.refs.set(ref, sha);
        return { status: 201, body: refJson(state, ref, sha) };
      },
    },
    {
      operation: operation('PATCH /repos/{owner}/{repo}/git/refs/{ref}'),
      handle(state, { parameters, body }) {
        const { sha, force = false } = body as { sha: string; force?: boolean };
        const name = `refs/${parameters.ref}`;
        const now = state.refs.get(name);
        if (now === undefined) return answerOf(422, 'Reference does not exist');
        if (find(state, sha, 'commit') === undefined) return answerOf(422, 'Object does not exist');
        if (!force && !descends(state, sha, now)) return answerOf(422, 'Update is not a fast forward');
        state.refs.set(name, sha);
        return { status: 200, body: refJson(state, name, sha) };
      },
    },
    {
      operation: operation('GET /repos/{owner}/{repo}/git/commits/{commit_sha}'),
      handle(state, { parameters: { commit_sha: sha = '' } }) {
        const commit = find(state, sha, 'commit');
        return commit === undefined ? notFound : { status: 200, body: commitJson(state, sha, commit) };
      },
    },
    {
      operation: operation('POST /repos/{owner}/{repo}/git/commits'),
      handle(state, { body }) {
        const { message, tree, parents = [] } = body as { message: string; tree: string; parents?: string[] };
        if (find(state, tree, 'tree') === undefined) return answerOf(422, 'Tree SHA does not exist');
        if (parents.some((parent) => find(state, parent, 'commit') === undefined))
          return answerOf(422, 'Parent SHA does not exist or is not a commit object');
        const commit = { type: 'commit', message, tree, parents, time: 1_760_000_000 } as const;
        const sha = store(state, commit);
        return { status: 201, body: commitJson(state, sha, commit) };
      },
    },
    {
      operation: operation('GET /repos/{owner}/{repo}/git/trees/{tree_sha}'),
      handle(state, { parameters: { tree_sha: sha = '' } }) {
        const tree = find(state, sha, 'tree');
        return tree === undefined ? notFound : { status: 200, body: treeJson(state, sha, tree) };
      },
    },
    {
      operation: operation('POST /repos/{owner}/{repo}/git/trees'),
      handle(state, { body }) {
        const { base_tree: base, tree } = body as {
          base_tree?: string;
          tree: { path: string; mode: string; sha: string }[];
        };
        const entries = new Map(base === undefined ? [] : find(state, base, 'tree')?.entries);
        for (const { path, mode, sha } of tree) {
          if (find(state, sha, 'blob') === undefined) return answerOf(422, 'GitRPC::BadObjectState');
          entries.set(path, { mode, sha });
        }
        const made = { type: 'tree', entries: new Map([...entries].sort()) } as const;
        const id = store(state, made);
        return { status: 201, body: treeJson(state, id, made) };
      },
    },
    {
      operation: operation('GET /repos/{owner}/{repo}/git/blobs/{file_sha}'),
      handle(state, { parameters: { file_sha: sha = '' } }) {
        const blob = find(state, sha, 'blob');
        if (blob === undefined) return notFound;
        const content = blob.bytes.toString('base64').replace(/.{60}/g, '$&\n');
        return {
          status: 200,
          body: {
            sha,
            node_id: 'B_1',
            size: blob.bytes.length,
            url: address(state, 'blobs', sha),
            content,
            encoding: 'base64',
          },
        };
      },
    },
    {
      operation: operation('POST /repos/{owner}/{repo}/git/blobs'),
      handle(state, { body }) {
        const { content, encoding = 'utf-8' } = body as { content: string; encoding?: string };
        const sha = store(state, {
          type: 'blob',
          bytes: Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8'),
        });
        return { status: 201, body: { sha, url: address(state, 'blobs', sha) } };
      },
    },
  ];
}
