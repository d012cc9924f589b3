import { rangeOfEvent, type WorkflowEvent } from './event-range.ts';
import { type RangeRequest, rangeOfRevisions } from './range-request.ts';

/** Which commits a run is about: the event of a workflow, or revisions, each with a default. */
export interface RangeOptions {
  readonly event?: WorkflowEvent;
  readonly base?: string;
  readonly head?: string;
}

/** The two commits that a run asks for. @throws UserError for an event that the gate refuses. */
export function rangeRequestOf({ event, base, head }: RangeOptions): RangeRequest {
  if (event !== undefined) return rangeOfEvent(event, base);
  return rangeOfRevisions({ ...(base === undefined ? {} : { base }), ...(head === undefined ? {} : { head }) });
}
