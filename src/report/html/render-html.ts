import { createHash } from 'node:crypto';
import { headline } from '../headline.ts';
import type { GateReport } from '../report-schema.ts';
import { dataElementId, type PageData } from './page-data.ts';
import { script, style } from './report-page.bundle';

/** The report of a run as a page. */
export function renderHtml(report: GateReport): string {
  const { base, head, gate, verdict, comparisons, schedules, notes, problems } = report;
  const against = base === null ? 'without a base' : `against ${base.label} at ${base.sha.slice(0, 10)}`;
  const origin = `${head.sha.slice(0, 10)} ${against} · edge-ready-gate ${gate}`;
  return renderPage({ verdict, headline: headline(report), origin, comparisons, schedules, notes, problems });
}

/**
 * A page as one HTML file that opens anywhere: its script, style and data are within, and its policy lets nothing leave or enter the page.
 * Texts of the repository reach the document only as data, never as markup.
 */
export function renderPage(data: PageData): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy()}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<title>Models on their targets</title>',
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<div id="page"><noscript>This report draws its figures with a script, which this browser does not run.</noscript></div>',
    `<script type="application/json" id="${dataElementId}">${jsonForHtml(data)}</script>`,
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** The two inline parts by their digests, drawn figures' own styles, and nothing else. */
function policy(): string {
  return `default-src 'none'; base-uri 'none'; form-action 'none'; script-src '${digest(script)}'; style-src 'unsafe-inline'; img-src data:`;
}

function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** JSON in which nothing can end the element that it stands in. */
function jsonForHtml(data: PageData): string {
  return JSON.stringify(data).replace(
    /[<>&\u2028\u2029]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
