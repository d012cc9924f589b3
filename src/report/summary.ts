import { renderWithin } from './comment.ts';
import type { Frame } from './comment-body.ts';
import type { GateReport } from './report-schema.ts';

/** Bytes of a job summary at most: the runner refuses more than 1 MiB for all steps' uploads of one step, and other lines may follow. */
const summaryBytes = 900 * 1024;

/** The job summary: the same report as the comment, with room for more of it. */
export function renderSummary(
  report: GateReport,
  { limitBytes = summaryBytes, ...frame }: Omit<Frame, 'marker'> & { readonly limitBytes?: number } = {},
): string {
  return renderWithin(report, frame, (text) => Buffer.byteLength(text) <= limitBytes);
}
