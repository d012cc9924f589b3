import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { examples } from '../../src/commands/examples.ts';
import { runCommandLine } from '../../src/commands/program.ts';

async function printed(...args: readonly string[]): Promise<string> {
  let text = '';
  await runCommandLine(args, {
    result: (more) => {
      text += more;
    },
    note: (more) => {
      text += more;
    },
  });
  return text;
}

const hasBash = spawnSync('bash', ['--version']).status === 0;

describe('edge-ready completion', () => {
  it.skipIf(!hasBash).each([
    [['edge-ready', 'mea'], 'measure'],
    [['edge-ready', 'measure', 'model.tflite', '--target', 'nucleo-l4'], 'nucleo-l4r5zi'],
    [['edge-ready', 'check', '--format', 'sar'], 'sarif'],
    [['edge-ready', 'optimize', '--cal'], '--calibration'],
    [['edge-ready', 'targets', 'imx9'], 'imx93-evk'],
  ])('bash completes %j to %s', async (words, expected) => {
    const script = `${await printed('completion', 'bash')}
COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _edge_ready; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n')).toEqual([expected]);
  });

  it('fish gets every command with its options', async () => {
    const script = await printed('completion', 'fish');
    expect(script).toContain("-n '__fish_seen_subcommand_from check' -l format -x -a 'text markdown json sarif junit'");
  });

  it('another shell is one sentence', async () => {
    expect(await printed('completion', 'fisch')).toContain('did you mean');
  });
});

describe('--help', () => {
  it('every command has an example that begins with it', async () => {
    const help = await printed('--help');
    const names = [...help.matchAll(/^ {2}([a-z]+) .*\S/gm)]
      .map(([, name = '']) => name)
      .filter((name) => name !== 'help');
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) {
      expect(examples[name], name).toMatch(new RegExp(`^edge-ready ${name}( |$)`));
      expect(await printed(name, '--help')).toContain(examples[name] ?? '');
    }
  });
});
