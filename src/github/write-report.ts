import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { renderHtml } from '../report/html/render-html.ts';
import type { GateReport } from '../report/report-schema.ts';

/** Paths of the merged report, as data and as a page. */
export interface MergedFiles {
  readonly report: string;
  readonly page: string;
}

/** Writes the merged report below the job's temporary folder, each file whole or not at all. */
export function writeReport(report: GateReport, temporary: string, key: string): MergedFiles {
  const folder = path.join(temporary, 'edge-ready', key);
  mkdirSync(folder, { recursive: true });
  const files = { report: path.join(folder, 'report.json'), page: path.join(folder, 'report.html') };
  writeWhole(files.report, `${JSON.stringify(report, null, 2)}\n`);
  writeWhole(files.page, renderHtml(report));
  return files;
}

function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.part`, text);
  renameSync(`${file}.part`, file);
}
