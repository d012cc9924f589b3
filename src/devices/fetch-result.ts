import { messageOf, UserError } from '../errors.ts';
import { largestResultBytes } from './device-result.ts';

const timeLimitMs = 30_000;

/** The URL with what it says of the artifact filled in: `{sha256}`, `{target}`. */
export function resultUrl(template: string, artifact: { readonly sha256: string; readonly targetId: string }): string {
  return template.replaceAll('{sha256}', artifact.sha256).replaceAll('{target}', encodeURIComponent(artifact.targetId));
}

/**
 * A result file that somebody else measured, by https.
 * @throws UserError when it can't be had, is too large or takes too long
 */
export async function fetchDeviceResult(url: string, get: typeof fetch = fetch): Promise<string> {
  if (!url.startsWith('https://')) throw new UserError(`${url} is not an https address.`);
  let response: Response;
  try {
    response = await get(url, { signal: AbortSignal.timeout(timeLimitMs), redirect: 'follow' });
  } catch (error) {
    throw new UserError(`${url} could not be read: ${messageOf(causeOf(error))}.`);
  }
  if (!response.ok) throw new UserError(`${url} answered ${response.status}; is there a result for this model?`);
  const text = await limited(response, url);
  return text;
}

/** Node's `fetch` says no more than that it failed; the reason is behind it. */
const causeOf = (error: unknown): unknown =>
  error instanceof Error && error.cause instanceof Error && error.cause.message !== '' ? error.cause : error;

async function limited(response: Response, url: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.byteLength;
    if (bytes > largestResultBytes) throw new UserError(`${url} is larger than ${largestResultBytes} bytes.`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
