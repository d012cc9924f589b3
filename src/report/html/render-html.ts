import { headline } from '../headline.ts';
import type { GateReport } from '../report-schema.ts';
import { htmlDocument } from './html-document.ts';
import { dataElementId, type PageData } from './page-data.ts';
import { script, style } from './report-page.bundle';

/** The report of a run as a page. */
export function renderHtml(report: GateReport): string {
  const { base, head, gate, verdict, comparisons, schedules, notes, problems } = report;
  const against = base === null ? 'without a base' : `against ${base.label} at ${base.sha.slice(0, 10)}`;
  const origin = `${head.sha.slice(0, 10)} ${against} · edge-ready-gate ${gate}`;
  return renderPage({ verdict, headline: headline(report), origin, comparisons, schedules, notes, problems });
}

/** A report's data as a page, one HTML file. */
export function renderPage(data: PageData): string {
  return htmlDocument({ title: 'Models on their targets', script, style, dataElementId, data });
}
