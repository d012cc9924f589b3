import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { GateReport } from '../report/report-schema.ts';

/** Writes the merged report below the job's temporary folder, whole or not at all, and gives its path. */
export function writeReport(report: GateReport, temporary: string, key: string): string {
  const folder = path.join(temporary, 'edge-ready', key);
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'report.json');
  writeFileSync(`${file}.part`, `${JSON.stringify(report, null, 2)}\n`);
  renameSync(`${file}.part`, file);
  return file;
}
