import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeModel } from '../../src/formats/write-model.ts';
import { installGitDriver } from '../../src/init/git-driver.ts';
import { textconvCommand } from '../../src/init/textconv-command.ts';
import { commit, git, initialise } from '../support/git-repository.ts';
import { type NetworkSpec, writeNetwork } from '../support/random-models.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'edge-ready-textconv-'));
const program = path.join(folder, 'inspect.mjs');
const repository = path.join(folder, 'repository');

const layer = { kind: 'conv' as const, width: 4, dilation: 1 };
const small: NetworkSpec = [
  { ...layer, id: 0, from: [-1], seed: 1 },
  { ...layer, id: 1, from: [0], seed: 2, kind: 'relu' },
  { ...layer, id: 2, from: [1], seed: 3 },
];
const larger = small.map((each) => (each.id === 2 ? { ...each, width: 6 } : each));

beforeAll(async () => {
  const command = path.resolve('src/commands/inspect.ts');
  const contents = `import { inspectCommand } from ${JSON.stringify(command)};
    inspectCommand(process.argv.at(-1), { textconv: true }, { result: (text) => process.stdout.write(text), note: () => {} });`;
  await build({
    stdin: { contents, resolveDir: process.cwd() },
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  initialise(repository, 'someone/models');
  await installGitDriver(repository, `node '${program}'`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('git diff of models', () => {
  it.each(['onnx', 'tflite'] as const)('shows the line of the operator that changed in a .%s', (dialect) => {
    const file = `model.${dialect}`;
    const bytes = (network: NetworkSpec) => writeModel(writeNetwork(network, { dialect }));
    commit(repository, 'base', { [file]: { bytes: bytes(small) } });
    commit(repository, 'wider', { [file]: { bytes: bytes(larger) } });
    const lines = git(repository, 'diff', 'HEAD~1', 'HEAD', '--', file).split('\n');
    const changed = lines.filter((line) => /^[+-](?![+-])/.test(line));
    expect(changed.filter((line) => / = (Conv|CONV_2D)\(/.test(line))).toHaveLength(2);
    expect(changed.some((line) => line.startsWith('+net/conv_2: float32'))).toBe(true);
    expect(lines.some((line) => line.startsWith(' net/relu_1: float32'))).toBe(true);
    expect(changed.some((line) => line.includes('net/conv_0:'))).toBe(false);
    expect(lines.join('\n')).not.toContain('Binary files');
  });

  it('says of a broken file why it is none, and which it is', () => {
    commit(repository, 'broken', { 'broken.onnx': { text: 'no model\n' } });
    commit(repository, 'broken otherwise', { 'broken.onnx': { text: 'no model either\n' } });
    const text = git(repository, 'diff', 'HEAD~1', 'HEAD', '--', 'broken.onnx');
    expect(text).toMatch(/^-9 bytes, sha256 [0-9a-f]{64}$/m);
    expect(text).toMatch(/^\+16 bytes, sha256 [0-9a-f]{64}$/m);
  });

  it.each(['', '<html>', '\u0008\u0007', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n'])(
    'never fails, as on %j',
    (content) => {
      const file = path.join(folder, 'any.tflite');
      writeFileSync(file, content);
      expect(execFileSync('node', [program, file], { encoding: 'utf8' })).toContain('sha256');
    },
  );
});

describe.skipIf(process.platform === 'win32')('textconvCommand', () => {
  const bin = path.join(folder, 'bin');
  const environment = { PATH: bin };

  it('names the program that runs where no edge-ready is on the PATH, as one word of the shell', () => {
    const program = path.join(folder, "it's here.js");
    const command = textconvCommand(program, environment);
    writeFileSync(program, 'console.log(process.argv.slice(2).join())');
    expect(execFileSync('sh', ['-c', `${command} "$@"`, 'sh', 'a model'], { encoding: 'utf8' })).toBe(
      'inspect,--textconv,a model\n',
    );
  });

  it('is edge-ready itself where it is there', () => {
    mkdirSync(bin, { recursive: true });
    writeFileSync(path.join(bin, 'edge-ready'), '', { mode: 0o755 });
    expect(textconvCommand('/somewhere/cli.js', environment)).toBe('edge-ready inspect --textconv');
  });
});

describe('installGitDriver', () => {
  it('keeps what .gitattributes says, ends in its own lines and changes nothing the second time', async () => {
    const other = path.join(folder, 'other');
    initialise(other, 'someone/other');
    const file = path.join(other, '.gitattributes');
    writeFileSync(file, '*.onnx filter=lfs diff=lfs merge=lfs -text');
    const command = 'edge-ready inspect --textconv';
    expect(await installGitDriver(other, command)).toHaveLength(3);
    expect(readFileSync(file, 'utf8')).toBe(
      '*.onnx filter=lfs diff=lfs merge=lfs -text\n*.onnx diff=edge-ready\n*.ort diff=edge-ready\n*.tflite diff=edge-ready\n',
    );
    expect(git(other, 'check-attr', 'diff', 'filter', '--', 'a.onnx')).toBe(
      'a.onnx: diff: edge-ready\na.onnx: filter: lfs',
    );
    expect(git(other, 'config', '--get', 'diff.edge-ready.textconv')).toBe(command);
    expect(await installGitDriver(other, command)).toEqual([]);
  });

  it('writes through no link', async () => {
    const linked = path.join(folder, 'linked');
    initialise(linked, 'someone/linked');
    symlinkSync(path.join(folder, 'elsewhere'), path.join(linked, '.gitattributes'));
    await expect(installGitDriver(linked, 'edge-ready inspect --textconv')).rejects.toThrow('is a link');
    expect(existsSync(path.join(folder, 'elsewhere'))).toBe(false);
  });
});
