// Everything that GitHub would run, held to what linters of workflows say: .github/workflows, the actions, and the workflows to paste in README.md and docs/.
//   node scripts/run-ts.mjs scripts/lint-workflows.ts      needs actionlint and zizmor on the PATH
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { documentedWorkflows } from './documented-workflows.ts';

/** The words to paste name versions, as people read them; Dependabot pins what they make of it. Our own workflows pin hashes (zizmor's default). */
const pastedPolicy = `rules:
  unpinned-uses:
    config:
      policies:
        '*': ref-pin
`;

const folder = mkdtempSync(path.join(tmpdir(), 'edge-ready-workflows-'));
try {
  const documented = documentedWorkflows();
  const pasted = path.join(folder, '.github', 'workflows');
  mkdirSync(pasted, { recursive: true });
  for (const { name, text } of documented) writeFileSync(path.join(pasted, `${name}.yml`), text);
  const policy = path.join(folder, 'zizmor.yml');
  writeFileSync(policy, pastedPolicy);
  const files = documented.map(({ name }) => path.join(pasted, `${name}.yml`));
  const ours = ['.github/workflows', 'action.yml', 'report/action.yml', '.github/dependabot.yml'];
  const results = [
    run('actionlint', []),
    run('actionlint', files),
    run('zizmor', ['--offline', '--no-progress', ...ours]),
    run('zizmor', ['--offline', '--no-progress', '--config', policy, ...files]),
  ];
  if (results.every((isClean) => isClean)) {
    console.log(
      `actionlint, zizmor: nothing to object to in ${ours.join(', ')} and ${files.length} documented workflows`,
    );
  } else process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** True when the tool has nothing to object to; what it says is printed otherwise. */
function run(tool: string, args: readonly string[]): boolean {
  const { status, stdout, stderr, error } = spawnSync(tool, args, { encoding: 'utf8' });
  if (error !== undefined) throw new Error(`${tool} could not be run: ${error.message}`);
  if (status !== 0) console.log(`${tool} ${args.join(' ')}\n${stdout}${stderr}`);
  return status === 0;
}
