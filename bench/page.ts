/**
 * docs/benchmarks.md, where a bench writes what it printed between the marks `<!-- NAME: begin -->` and `<!-- NAME: end -->` of its section, so that the page says what was measured.
 * Below the tables stands what made them: the packages compared with, Node and the processor.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { markdownTable } from 'markdown-table';
import { withMarkedSection } from '../src/targets/marked-section.ts';

const page = 'docs/benchmarks.md';

/** Replaces the content of a section of the page. @throws RangeError when the page has no such marks */
export function writeSection(name: string, markdown: string): void {
  writeFileSync(page, withMarkedSection(readFileSync(page, 'utf8'), name, `\n${markdown.trim()}\n`));
}

/** The cells of all tables in a section of the page, as they were written: what a run of a part leaves as it is. */
export function sectionRows(name: string): readonly (readonly string[])[] {
  const [, rest = ''] = readFileSync(page, 'utf8').split(`<!-- ${name}: begin -->`);
  const [text = ''] = rest.split(`<!-- ${name}: end -->`);
  return text
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| :?-/.test(line))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

/** The last commit that changed src/, for the rows that its code writes: `9e21a0c`, with a `+` where the files differ from it. */
export function commit(): string {
  const git = (...args: string[]) => spawnSync('git', args, { encoding: 'utf8' }).stdout.trim();
  return `${git('log', '-1', '--format=%h', '--abbrev=7', '--', 'src')}${git('status', '--porcelain', 'src') === '' ? '' : '+'}`;
}

/** A Markdown table, numbers to the right: every column but those in `words`, counted from 0. */
export function numbersTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  words: readonly number[] = [0],
): string {
  const align = header.map((_, column) => (words.includes(column) ? 'l' : 'r'));
  return markdownTable([[...header], ...rows.map((row) => [...row])], { align });
}

/** `onnxruntime 1.24.1, onnx 1.20.0`: the versions of Python packages, those that are installed. */
export function versionsOf(python: string, packages: readonly string[]): string {
  const script =
    'import sys\nfrom importlib.metadata import version\nfor name in sys.argv[1:]:\n    try: print(name, version(name))\n    except Exception: pass';
  const { stdout } = spawnSync(python, ['-c', script, ...packages], { encoding: 'utf8' });
  return stdout.trim().split('\n').join(', ');
}

/** `Node 20.19.0 on AMD EPYC, 2 cores`. */
export function machine(): string {
  const processors = os.cpus();
  return `Node ${process.versions.node} on ${processors[0]?.model.trim() ?? process.arch}, ${processors.length} cores`;
}
