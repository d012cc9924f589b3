import { cpSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout that is tested. */
export const project = fileURLToPath(new URL('../..', import.meta.url));

/** The bundles that are tested: the committed ones, unless `EDGE_READY_E2E_DIST` names a folder with others. */
const bundles = process.env.EDGE_READY_E2E_DIST ?? path.join(project, 'dist');

/** Copies what a user gets who writes `uses: acme/edge-ready-gate@v1`: the action's files and the bundles, and nothing installed. */
export function copyAction(folder: string): void {
  for (const name of ['action.yml', 'package.json', 'report/action.yml'])
    cpSync(path.join(project, name), path.join(folder, name));
  cpSync(bundles, path.join(folder, 'dist'), { recursive: true });
}
