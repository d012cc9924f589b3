import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildProgram } from './support/build-program.ts';
import { commit, git } from './support/git-repository.ts';

const page = readFileSync('docs/other-ci.md', 'utf8');
/** The commands of the page as a shell gets them: without the marks of lists, of Groovy and of `sh`. */
const commands = [...page.matchAll(/^.*\bnode .*dist\/cli\.js.*$/gm)].map(([line]) =>
  line.replace(/^\s*(- |sh ')?/, '').replace(/'$/, ''),
);

const configuration = `version: 1
budgets:
  - models: "*.tflite"
    flash: { max-increase: 1 KiB }
`;

describe.skipIf(process.platform === 'win32')('the commands of docs/other-ci.md', () => {
  let folder = '';
  let bundle: Awaited<ReturnType<typeof buildProgram>>;
  let base = '';
  beforeAll(async () => {
    bundle = await buildProgram('src/cli.ts');
    folder = mkdtempSync(path.join(tmpdir(), 'edge-ready-other-ci-'));
    git(folder, 'init', '--quiet', '--initial-branch=main');
    base = commit(folder, 'base', {
      'edge-ready.yml': { text: configuration },
      'kws.tflite': { fixture: 'base/digits-int8.tflite' },
    });
    git(folder, 'update-ref', 'refs/remotes/origin/main', base);
    git(folder, 'checkout', '--quiet', '-b', 'change');
    commit(folder, 'head', { 'kws.tflite': { fixture: 'wider/digits-int8.tflite' } });
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    bundle.remove();
  });

  test('are there for each system', () => {
    expect(commands).toHaveLength(5);
  });

  test.each(commands)('%s', (command) => {
    // What each system sets; the name of the program stands for the clone of the gate.
    const environment = {
      PATH: process.env.PATH,
      HOME: folder,
      EDGE_READY_CACHE: path.join(folder, '.git', 'cache'),
      CI_MERGE_REQUEST_DIFF_BASE_SHA: base,
      CHANGE_TARGET: 'main',
      SYSTEM_PULLREQUEST_TARGETBRANCHNAME: 'main',
      GITHUB_BASE_REF: 'main',
    };
    const line = command.replace(/node \S*dist\/cli\.js"?/, `node '${bundle.program}'`);
    expect(line).not.toBe(command);
    const { status, stdout, stderr } = spawnSync('sh', ['-c', line], {
      cwd: folder,
      encoding: 'utf8',
      env: environment,
    });
    expect(status, stderr).toBe(1);
    const [, file] = />\s*(\S+)$/.exec(line) ?? [];
    const written = file === undefined ? stdout : readFileSync(path.join(folder, file), 'utf8');
    if (file?.endsWith('.xml')) {
      expect(XMLValidator.validate(written)).toBe(true);
      const { testsuites } = new XMLParser({ ignoreAttributes: false }).parse(written);
      expect(Number(testsuites['@_failures'])).toBeGreaterThan(0);
    } else if (file?.endsWith('.sarif')) {
      const { runs } = JSON.parse(written);
      expect(runs[0].results.map(({ ruleId }: { ruleId: string }) => ruleId)).toContain('budget-flash');
    } else expect(written).toContain('kws.tflite');
    if (line.includes('--output edge-ready'))
      expect(readFileSync(path.join(folder, 'edge-ready', 'report.html'), 'utf8')).toContain('kws.tflite');
  });
});
