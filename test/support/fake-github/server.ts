import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerTwirp, twirpPrefix } from './artifact-service.ts';
import { answerBlob, type BlobAnswer } from './blob-storage.ts';
import { answerCache, cachePrefix } from './cache-service.ts';
import type { Answer, Endpoint } from './endpoint.ts';
import { endpoints } from './rest.ts';
import type { FakeState, Fault } from './state.ts';

/** A GitHub of our own on loopback. */
export interface FakeGitHub extends FakeState {
  /** Stops it; throws when any request or answer did not agree with GitHub's own description. */
  close(): Promise<void>;
}

/** Starts a fake GitHub with one repository. REST is checked against GitHub's OpenAPI description, request by request, answer by answer. */
export async function startFakeGitHub(repository = 'acme/models', login = 'github-actions[bot]'): Promise<FakeGitHub> {
  const state: FakeState = {
    repository,
    login,
    token: 'ghs_fake',
    comments: [],
    pulls: [],
    jobs: [],
    artifacts: [],
    blobs: new Map(),
    objects: new Map(),
    refs: new Map(),
    faults: [],
    requests: [],
    violations: [],
    beforeRequest: () => {},
    nextId: 1000,
    url: '',
  };
  const table = endpoints();
  const server = createServer((request, response) => {
    answer(state, table, request, response).catch((error: unknown) => {
      state.violations.push(String(error));
      response.writeHead(500).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(state, {
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (state.violations.length > 0) throw new Error(`The fake GitHub saw:\n${state.violations.join('\n')}`);
    },
  });
}

async function answer(
  state: FakeState,
  table: readonly Endpoint[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const url = new URL(request.url ?? '/', state.url);
  const method = request.method ?? 'GET';
  const isJson = (request.headers['content-type'] ?? '').includes('json');
  const seen = { method, path: url.pathname, query: url.search, body: isJson ? body.toString('utf8') : '' };
  state.requests.push(seen);
  await state.beforeRequest(seen);
  const fault = state.faults.find((one) => one.times > 0 && one.method === method && one.path.test(url.pathname));
  if (fault !== undefined) {
    fault.times -= 1;
    const right = fault.afterwards === true || isPart(fault) ? regular(state, table, request, url, body) : undefined;
    if (right !== undefined && isPart(fault)) sendPart(response, right, fault.status === 'truncate');
    else fail(fault, request, response);
    return;
  }
  if (url.pathname.startsWith('/blobs/')) {
    sendBlob(response, answerBlob(state, { method, url, headers: request.headers, body }));
    return;
  }
  send(response, regular(state, table, request, url, body));
}

function regular(
  state: FakeState,
  table: readonly Endpoint[],
  request: IncomingMessage,
  url: URL,
  body: Buffer,
): Answer {
  const json: unknown = body.length === 0 ? undefined : JSON.parse(body.toString('utf8'));
  const authorization = request.headers.authorization ?? '';
  if (url.pathname.startsWith(cachePrefix)) return answerCache(state, url.pathname.slice(cachePrefix.length), json);
  if (url.pathname.startsWith(twirpPrefix))
    return answerTwirp(state, url.pathname.slice(twirpPrefix.length), authorization, json);
  if (authorization !== `token ${state.token}`)
    return {
      status: 401,
      body: { message: 'Bad credentials', documentation_url: 'https://docs.github.com/rest', status: '401' },
    };
  // GraphQL has no OpenAPI description; the gate asks it one thing.
  if (url.pathname === '/graphql') {
    const asked = (json as { query?: string }).query?.replace(/\s+/g, ' ').trim();
    return asked === 'query { viewer { login } }'
      ? { status: 200, body: { data: { viewer: { login: state.login } } } }
      : { status: 200, body: { errors: [{ message: `the fake does not know ${asked}` }] } };
  }
  return rest(state, table, request.method ?? 'GET', url, json);
}

function rest(state: FakeState, table: readonly Endpoint[], method: string, url: URL, body: unknown): Answer {
  for (const { operation, handle } of table) {
    const parameters = operation.match(method, url.pathname);
    if (parameters === undefined) continue;
    const wrong = operation.checkRequest(parameters, url.searchParams, body);
    if (wrong !== undefined) state.violations.push(`request ${wrong}`);
    const found = `${parameters.owner}/${parameters.repo}` === state.repository;
    const result: Answer = found
      ? handle(state, { parameters, query: url.searchParams, path: url.pathname, body })
      : { status: 404, body: { message: 'Not Found', status: '404' } };
    const drift = operation.checkResponse(result.status, result.body);
    if (drift !== undefined) state.violations.push(`answer ${drift}`);
    return result;
  }
  state.violations.push(`nothing here answers ${method} ${url.pathname}`);
  return { status: 404, body: { message: 'Not Found', status: '404' } };
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

function sendBlob(response: ServerResponse, { status, headers, content }: BlobAnswer): void {
  response.writeHead(status, {
    'x-ms-request-id': '00000000-0000-0000-0000-000000000000',
    'x-ms-version': '2025-07-05',
    ...headers,
    'content-length': String(content?.length ?? 0),
  });
  response.end(content);
}

const isPart = ({ status }: Fault): boolean => status === 'truncate' || status === 'cut';

/** Half of an answer; `broken` says its full length and breaks the connection. */
function sendPart(response: ServerResponse, { status, body }: Answer, broken: boolean): void {
  const text = Buffer.from(JSON.stringify(body ?? null));
  const half = text.subarray(0, Math.max(1, text.length >> 1));
  const length = broken ? text.length : half.length;
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': length });
  if (broken) response.write(half, () => response.destroy());
  else response.end(half);
}

function fail(fault: Fault, request: IncomingMessage, response: ServerResponse): void {
  if (fault.status === 'silence') return;
  if (typeof fault.status === 'string') {
    request.socket.destroy();
    return;
  }
  send(response, {
    status: fault.status,
    body: {
      message: fault.message ?? 'Fault',
      // The artifact and cache services say it under this name.
      msg: fault.message ?? 'Fault',
      documentation_url: 'https://docs.github.com/rest',
      status: String(fault.status),
    },
    ...(fault.headers === undefined ? {} : { headers: fault.headers }),
  });
}
