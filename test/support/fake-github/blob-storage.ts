import type { IncomingHttpHeaders } from 'node:http';
import type { FakeState } from './state.ts';

/** A request to the blob storage. */
export interface BlobRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Its answer. */
export interface BlobAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly content?: Buffer;
}

/**
 * The few requests of Azure's blob storage that the artifact client makes: blocks are put one by one
 * (`comp=block`), a list of their ids commits them (`comp=blocklist`), a small blob is put at once, a GET reads the blob or a range of it.
 */
export function answerBlob(state: FakeState, { method, url, headers, body }: BlobRequest): BlobAnswer {
  const artifact = state.artifacts.find(({ id }) => url.pathname === `/blobs/artifacts/${id}.zip`);
  if (artifact === undefined || url.searchParams.get('sig') !== 'signature') return { status: 403 };
  switch (`${method} ${url.searchParams.get('comp') ?? ''}`.trim()) {
    case 'PUT block':
      state.blobs.set(`${artifact.id} ${url.searchParams.get('blockid')}`, body);
      return { status: 201 };
    case 'PUT':
      artifact.bytes = body;
      return { status: 201 };
    case 'PUT blocklist': {
      const blocks = [...body.toString('utf8').matchAll(/<(?:Latest|Uncommitted)>([^<]+)</g)].map((found) =>
        state.blobs.get(`${artifact.id} ${found[1]}`),
      );
      if (blocks.some((block) => block === undefined))
        return { status: 400, headers: { 'x-ms-error-code': 'InvalidBlockList' } };
      artifact.bytes = Buffer.concat(blocks.filter((block) => block !== undefined));
      artifact.contentType = String(headers['x-ms-blob-content-type'] ?? artifact.contentType);
      return { status: 201 };
    }
    case 'HEAD':
      return { status: 200, headers: { 'content-type': artifact.contentType }, content: artifact.bytes };
    case 'GET': {
      const range = /^bytes=(\d+)-(\d+)$/.exec(String(headers['x-ms-range'] ?? ''));
      if (range !== null) {
        const content = artifact.bytes.subarray(Number(range[1]), Number(range[2]) + 1);
        const place = `bytes ${range[1]}-${Number(range[1]) + content.length - 1}/${artifact.bytes.length}`;
        return { status: 206, headers: { 'content-type': artifact.contentType, 'content-range': place }, content };
      }
      return { status: 200, headers: { 'content-type': artifact.contentType }, content: artifact.bytes };
    }
    default:
      return { status: 400 };
  }
}
