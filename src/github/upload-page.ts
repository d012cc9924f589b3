import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Frame } from '../report/comment-body.ts';
import { explainUploadFailure, uploadFile } from './artifacts.ts';
import type { RunContext } from './context.ts';
import { attemptSuffix } from './leg-name.ts';

/** Where the uploaded page can be opened, where that is known, or why it was not uploaded. */
export interface UploadedPage {
  readonly url?: string;
  readonly problem?: string;
}

/** Uploads the HTML report as an artifact of its own, which the run's page opens in the browser. Never throws. */
export async function uploadPage(file: string, key: string, context: RunContext): Promise<UploadedPage> {
  const folder = mkdtempSync(path.join(context.temporary, 'edge-ready-page-'));
  try {
    const named = path.join(folder, `gate-report-${key}${attemptSuffix(context.run.attempt)}.html`);
    copyFileSync(file, named);
    const id = await uploadFile(named);
    return id === undefined || context.runUrl === null ? {} : { url: `${context.runUrl}/artifacts/${id}` };
  } catch (error) {
    return { problem: explainUploadFailure(error, 'upload the HTML report') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The addresses that the comment and the summary name. */
export function linksOf({ runUrl, repositoryUrl }: RunContext, { url }: UploadedPage): Omit<Frame, 'marker'> {
  return {
    ...(runUrl === null ? {} : { runUrl }),
    ...(repositoryUrl === null ? {} : { repositoryUrl }),
    ...(url === undefined ? {} : { pageUrl: url }),
  };
}
