import { createHash } from 'node:crypto';

/** A page of ours: what it is called, its code, and what it shows. */
export interface HtmlDocument {
  readonly title: string;
  readonly script: string;
  readonly style: string;
  /** The id of the element that the script finds its data in. */
  readonly dataElementId: string;
  readonly data: unknown;
}

/**
 * A page as one HTML file that opens anywhere: its script, style and data are within, and its policy lets nothing leave or enter the page.
 * Texts of the repository reach the document only as data, never as markup.
 */
export function htmlDocument({ title, script, style, dataElementId, data }: HtmlDocument): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy(script)}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${title}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<div id="page"><noscript>This page draws its figures with a script, which this browser does not run.</noscript></div>',
    `<script type="application/json" id="${dataElementId}">${jsonForHtml(data)}</script>`,
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** The two inline parts by their digests, drawn figures' own styles, and nothing else. */
function policy(script: string): string {
  return `default-src 'none'; base-uri 'none'; form-action 'none'; script-src '${digest(script)}'; style-src 'unsafe-inline'; img-src data:`;
}

function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** JSON in which nothing can end the element that it stands in. */
function jsonForHtml(data: unknown): string {
  return JSON.stringify(data).replace(
    /[<>&\u2028\u2029]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
