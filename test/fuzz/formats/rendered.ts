import { annotationsOf } from '../../../src/report/annotations.ts';
import { renderComment } from '../../../src/report/comment.ts';
import { headline } from '../../../src/report/headline.ts';
import type { GateReport } from '../../../src/report/report-schema.ts';
import { renderSummary } from '../../../src/report/summary.ts';
import { renderText } from '../../../src/report/text.ts';

/** Everything that is written of a report; throws when one of them cannot be or is over its limit. */
export function renderedEverywhere(report: GateReport): readonly string[] {
  const comment = renderComment(report, { marker: '<!-- m -->', runUrl: 'https://github.example/run' });
  const summary = renderSummary(report);
  if (comment.length > 65_536) throw new Error(`a comment of ${comment.length} characters`);
  if (Buffer.byteLength(summary) > 1024 * 1024) throw new Error(`a summary of ${Buffer.byteLength(summary)} bytes`);
  const annotations = annotationsOf(report);
  if (annotations.length > 10) throw new Error(`${annotations.length} annotations`);
  return [comment, summary, renderText(report), headline(report), ...annotations.map(({ message }) => message)];
}
