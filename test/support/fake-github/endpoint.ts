import type { Operation } from './openapi.ts';
import type { FakeState } from './state.ts';

/** An answer before it is checked and sent. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One endpoint of the fake: GitHub's description of it, and what it does. */
export interface Endpoint {
  readonly operation: Operation;
  readonly handle: (state: FakeState, request: RestRequest) => Answer;
}

/** A REST request, taken apart. */
export interface RestRequest {
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly path: string;
  readonly body: unknown;
}
