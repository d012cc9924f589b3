/** The second part of bench/quantize-onnx.ts: how near integers come to the float model, by SQNR. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { observers } from '../src/calibrate/range.ts';
import { writeOnnx } from '../src/formats/onnx/write.ts';
import { commit, machine, numbersTable, sectionRows, versionsOf, writeSection } from './page.ts';
import { referenceDirectory, referenceModels } from './reference.ts';
import { transformer } from './transformer.ts';

const section = 'quantize-onnx-noise';
const header = [
  'model',
  'samples',
  ...observers,
  'by default',
  "quantize_static's best",
  'how',
  'ours − best',
  'commit',
];
/** Seconds that one model may take, the peer's three methods on two forms of it among them. */
const modelSeconds = 420;

/**
 * A process per model, whose rows are printed and written to the page as they come, where there is a peer: one that takes too long, or falls, costs its own row.
 * @param program bench/quantize-onnx-noise-row.ts, bundled
 * Rows stay on the page until they are measured again; those that the same commit has written are not, so that what was stopped goes on.
 * @param wanted part of the models' paths
 */
export function noise(python: string | undefined, folder: string, program: string, wanted = ''): void {
  const own = path.resolve(folder, 'transformer of two layers');
  writeFileSync(own, writeOnnx(transformer()));
  const files = [own, ...referenceModels().flatMap(({ file }) => (file.endsWith('.onnx') ? [file] : []))];
  const names = files.map((file) => path.basename(file));
  const known = new Map<string, readonly string[]>(
    sectionRows(section).flatMap((cells) =>
      names.includes(cells[0] ?? '') ? [[cells[0] ?? '', cells.slice(1)] as const] : [],
    ),
  );
  for (const [index, file] of files.entries()) {
    const isDone = known.get(names[index] ?? file)?.at(-1) === commit();
    if (!file.includes(wanted) || isDone) continue;
    const name = names[index] ?? file;
    const model = path.resolve(referenceDirectory, 'models', file);
    const found = rowOf(program, model, folder, python);
    if (found === null) continue;
    known.set(name, typeof found === 'string' ? [found] : [...found, commit()]);
    console.log(typeof found === 'string' ? `${name}: ${found}` : [name, ...found].join(' | '));
    if (python !== undefined) write(new Map(names.flatMap((each) => of(known, each))), python);
  }
}

const of = (known: ReadonlyMap<string, readonly string[]>, name: string) => {
  const cells = known.get(name);
  return cells === undefined ? [] : [[name, cells] as const];
};

/** Its cells, or why there are none; `null` for what is no float model. */
function rowOf(
  program: string,
  model: string,
  folder: string,
  python: string | undefined,
): readonly string[] | string | null {
  const args = [program, model, folder, ...(python === undefined ? [] : [python])];
  const run = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: modelSeconds * 1000,
    killSignal: 'SIGKILL',
    maxBuffer: 2 ** 26,
  });
  const told = run.stdout.split('\n').filter((line) => /^(\[|"|null)/.test(line));
  for (const line of run.stderr.trim().split('\n').slice(-2)) if (line !== '') console.error(line.slice(0, 300));
  const last = told.at(-1);
  if (last !== undefined) return JSON.parse(last) as readonly string[] | string | null;
  return run.signal === null ? `the program ended with ${run.status}` : `not done in ${modelSeconds} s`;
}

/** Rows of one cell are reasons. */
function write(known: ReadonlyMap<string, readonly string[]>, python: string): void {
  const all = [...known].map(([name, cells]) => [name, ...cells]);
  const rows = all.filter(({ length }) => length === header.length);
  const skipped = all.filter(({ length }) => length === 2);
  const judged = rows.filter((row) => row.at(-2) !== '');
  const better = judged.filter((row) => Number(row.at(-2)) > 0).length;
  writeSection(
    section,
    [
      'Signal to quantisation noise in dB over all outputs, before a softmax or sigmoid at the end: so many samples of smooth noise calibrate, up to 32 others are compared on.',
      'The observers alone come first; "by default" is what the recipe `int8` makes for ONNX Runtime: the observer that measures best, and the levers that help.',
      `quantize_static's best is the best of its three methods (weights per channel, QDQ), on the original and on what our simplification made of it; a model has ${modelSeconds} s in all, and what was made until then counts.`,
      '',
      numbersTable(header, rows, [0, 8]),
      '',
      `${better} of ${judged.length} better than quantize_static's best.`,
      ...(skipped.length === 0 ? [] : ['', numbersTable(['left out', 'because'], skipped, [0, 1])]),
      '',
      `Compared with ${versionsOf(python, ['onnxruntime', 'onnx'])}; ${machine()}.`,
    ].join('\n'),
  );
}
