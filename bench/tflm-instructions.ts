/**
 * Fits instructions per kernel to what TensorFlow Lite Micro was counted to execute on one half of the models, and predicts the other half:
 * `node scripts/run-ts.mjs bench/tflm-instructions.ts`. `--verbose` lists models and kernels, `--validate` compares ways of fitting by
 * cross-validation inside the fitted half, `--write` puts the coefficients into `src/targets/cores/*.yml`.
 *
 * Nothing is chosen by looking at the other half: loops come from the kernels' sources (`src/runtimes/tflm/kernel-work*.ts`), the weighting
 * from `--validate`. A kernel that the fitted half does not have is predicted by what a library without it gives: costs read off its compiled
 * loops (`bench/tflm-loops.ts`), else those of another type. What is written is the same, but such a kernel's cost is then fitted to all models.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { costOf } from '../src/runtimes/tflm/cycles.ts';
import { kernelCost, kernelWork, type Work } from '../src/runtimes/tflm/kernel-work.ts';
import { kernelBuild } from '../src/runtimes/tflm/kernels.ts';
import type { KernelCost } from '../src/targets/board.ts';
import { loadBoard } from '../src/targets/load.ts';
import { nonNegativeLeastSquares } from './least-squares.ts';
import { compiledLoops } from './tflm-loops.ts';
import { isFitted, percent, quantile, type TflmCore, tflmModels } from './tflm-reference.ts';

interface Sample {
  readonly file: string;
  readonly kernel: string;
  readonly work: Work;
  readonly instructions: number;
}
type Kernels = Readonly<Record<string, KernelCost>>;

/** Terms that a kernel's loops have, by name of the kernel; where several patterns match, the first. Terms that never count are left out. */
const terms: readonly (readonly [RegExp, string])[] = [
  [
    /^conv-1x1\/int8/,
    'Vector SingleVector OutputBlock SingleOutput Mac TailMac SingleMac Weight Channel Output Row Call',
  ],
  [
    /^(conv|depthwise-as-conv)\/int/,
    'Vector SingleVector OutputBlock SingleOutput Mac TailMac SingleMac Output Patch PatchTail Tap PaddedTap TapVector Pixel Call',
  ],
  [/^(conv|depthwise.*)\/float/, 'Mac Tap PaddedTap Row Output Pixel Call'],
  [
    /^depthwise/,
    'Mac TailMac Vector SingleVector OutputBlock SingleOutput Tap PaddedTap Patch PatchTail TapVector Row Channel Output Pixel Call',
  ],
  [/^fully-connected/, 'Mac TailMac SingleMac Vector SingleVector OutputBlock SingleOutput Output Call'],
  [/^(transpose-conv|batch-matmul|svdf|unidirectional)/, 'Mac Output Call'],
  [/pool.*float/, 'Patch Row Output Call'],
  [/pool/, 'TapVector Tap OutputBlock Output Pixel Call'],
  [/^softmax/, 'Exponential Output Row Call'],
  [/^pad\/int8/, 'Output Patch Row Call'],
  [/^(mean|sum|reduce)/, 'Index AxisIndex Input Output Call'],
  [/./, 'Output Input Call'],
];

/** How much an operator of so many instructions counts: its relative error, except that the counter's steps of 40 blur small ones. */
const weightOf =
  (floor: number, exponent: number) =>
  (instructions: number): number =>
    1 / Math.max(floor, instructions) ** exponent;
/** The best of `--validate`. */
const chosenWeight = weightOf(400, 0.9);

const models = tflmModels();
for (const core of ['m4', 'm55'] as const) {
  const samples = collect(core);
  const half = samples.filter(({ file }) => isFitted(file));
  if (process.argv.includes('--validate')) validate(core, half);
  else report(core, samples, library(core, half));
  if (process.argv.includes('--write')) write(core, { ...library(core, samples), ...library(core, half, false) });
}

function collect(core: TflmCore): readonly Sample[] {
  const build = kernelBuild(loadBoard(`generic-cortex-${core}`));
  return models.flatMap(({ file, graph, runs }) => {
    const run = runs[core];
    if (run?.status !== 'ok' || run.ops?.length !== graph.operators.length) return [];
    return graph.operators.map((operator, index) => ({
      file,
      ...kernelWork(graph, operator, build),
      instructions: run.ops?.[index]?.[1] ?? 0,
    }));
  });
}

/** Costs of all kernels that the samples have and, where asked, of those whose loops were read, and what stands for the rest. */
function library(core: TflmCore, samples: readonly Sample[], isWhole = true, weight = chosenWeight): Kernels {
  const names = [...new Set(samples.map(({ kernel }) => kernel))].sort();
  const fitted = Object.fromEntries(
    names.map((kernel) => [
      kernel,
      fit(
        samples.filter((sample) => sample.kernel === kernel),
        weight,
      ),
    ]),
  );
  if (!isWhole) return fitted;
  const others = (['int8', 'int16', 'float32'] as const).map(
    (type) => [`other/${type}`, typical(fitted, type)] as const,
  );
  return { ...compiledLoops[core], ...fitted, ...Object.fromEntries(others) };
}

function fit(samples: readonly Sample[], weight: (instructions: number) => number): KernelCost {
  const names = terms.find(([pattern]) => pattern.test(samples[0]?.kernel ?? ''))?.[1].split(' ') ?? [];
  const columns = names
    .map((name) => `per${name}` as keyof KernelCost)
    .filter((name) => samples.some(({ work }) => (work[name] ?? 0) > 0));
  const rows = samples.map(({ work }) => columns.map((name) => work[name] ?? 0));
  const values = samples.map(({ instructions }) => instructions);
  const solution = nonNegativeLeastSquares(rows, values, values.map(weight));
  return Object.fromEntries(
    columns
      .map((name, index) => [name, Number((solution[index] ?? 0).toPrecision(4))] as const)
      .filter(([, x]) => x > 1e-6),
  );
}

/** What a kernel that nobody counted is taken to cost: the median per multiply-accumulate and the upper quartile per element over those that were counted. */
function typical(fitted: Kernels, type: string): KernelCost {
  const own = Object.entries(fitted).filter(([kernel]) => kernel.endsWith(`/${type}`));
  const costs = own.map(([, cost]) => cost);
  const perMac = costs.flatMap((cost) => cost.perMac ?? []);
  const perOutput = costs
    .filter(({ perMac: mac, perVector, perPatch }) => [mac, perVector, perPatch].every((x) => x === undefined))
    .flatMap((cost) => (cost.perOutput ?? 0) + (cost.perInput ?? 0));
  const rounded = (values: readonly number[], share: number) => Number(quantile(values, share).toPrecision(3));
  return {
    ...(perMac.length === 0 ? {} : { perMac: rounded(perMac, 0.5) }),
    ...(perOutput.length === 0 ? {} : { perOutput: rounded(perOutput, 0.75) }),
  };
}

function predictor(kernels: Kernels): (sample: Sample) => number {
  return ({ kernel, work }) => kernelCost(costOf(kernels, kernel), work);
}

function write(core: TflmCore, kernels: Kernels): void {
  const file = `src/targets/cores/cortex-${core}.yml`;
  const lines = Object.entries(kernels)
    .sort(([a], [b]) => Number(a.startsWith('other')) - Number(b.startsWith('other')) || (a < b ? -1 : 1))
    .map(([kernel, cost]) => {
      const pairs = Object.entries(cost).map(([name, value]) => `${name}: ${value}`);
      return `      ${kernel}: { ${pairs.join(', ')} }\n`;
    });
  const text = readFileSync(file, 'utf8');
  const block = /( {2}cmsis-nn:\n(?: {4}.*\n)*? {4}kernels:\n)(?: {6}.*\n)*/;
  writeFileSync(
    file,
    text.replace(block, (_, head: string) => head + lines.join('')),
  );
}

interface Errors {
  readonly totals: readonly { readonly file: string; readonly error: number }[];
  /** Of operators of 2000 instructions or more. */
  readonly operators: readonly number[];
}

function errorsOf(samples: readonly Sample[], predict: (sample: Sample) => number): Errors {
  const files = [...new Set(samples.map(({ file }) => file))];
  const totals = files.map((file) => {
    const own = samples.filter((sample) => sample.file === file);
    const measured = own.reduce((sum, { instructions }) => sum + instructions, 0);
    return { file, error: own.reduce((sum, sample) => sum + predict(sample), 0) / measured - 1 };
  });
  const large = samples.filter(({ instructions }) => instructions >= 2000);
  return { totals, operators: large.map((sample) => Math.abs(predict(sample) / sample.instructions - 1)) };
}

function summary({ totals, operators }: Errors): string {
  const errors = totals.map(({ error }) => Math.abs(error));
  const mean = errors.reduce((a, b) => a + b, 0) / errors.length;
  return (
    `${totals.length} models: mean ${percent(mean)}, median ${percent(quantile(errors, 0.5))}, 90th percentile ${percent(quantile(errors, 0.9))}; ` +
    `${operators.length} operators of 2000 instructions or more: median ${percent(quantile(operators, 0.5))}, 90th percentile ${percent(quantile(operators, 0.9))}`
  );
}

/** Each fifth of the fitted models is predicted from the other four; models that share their first 12 letters stay together. */
function validate(core: TflmCore, half: readonly Sample[]): void {
  const families = [...new Set(half.map(({ file }) => familyOf(file)))].sort();
  const foldOf = (file: string) => families.indexOf(familyOf(file)) % 5;
  for (const floor of [200, 400, 1000])
    for (const exponent of [0.5, 0.7, 0.9, 1]) {
      const parts = [0, 1, 2, 3, 4].map((fold) => {
        const kernels = library(
          core,
          half.filter(({ file }) => foldOf(file) !== fold),
          true,
          weightOf(floor, exponent),
        );
        return errorsOf(
          half.filter(({ file }) => foldOf(file) === fold),
          predictor(kernels),
        );
      });
      const all = { totals: parts.flatMap((part) => part.totals), operators: parts.flatMap((part) => part.operators) };
      console.log(`${core}, floor ${floor}, exponent ${exponent}: ${summary(all)}`);
    }
}

const familyOf = (file: string) => (file.split('/').at(-1) ?? file).slice(0, 12);

function report(core: TflmCore, samples: readonly Sample[], kernels: Kernels): void {
  const held = samples.filter(({ file }) => !isFitted(file));
  const seen = new Set(samples.filter(({ file }) => isFitted(file)).map(({ kernel }) => kernel));
  const predict = predictor(kernels);
  const errors = errorsOf(held, predict);
  const unseen = held.filter(({ kernel, instructions }) => !seen.has(kernel) && instructions >= 2000);
  console.log(
    `${core}, half not fitted: ${summary(errors)} (${unseen.length} of kernels that the fitted half does not have)`,
  );
  if (!process.argv.includes('--verbose')) return;
  for (const { file, error } of [...errors.totals].sort((a, b) => Math.abs(b.error) - Math.abs(a.error)).slice(0, 12))
    console.log(`  ${percent(error)} ${file}`);
  for (const kernel of [...new Set(held.map((sample) => sample.kernel))].sort()) {
    const own = held.filter((sample) => sample.kernel === kernel);
    const kernelErrors = own.map((sample) => Math.abs(predict(sample) / sample.instructions - 1));
    console.log(
      `  ${kernel}${seen.has(kernel) ? '' : ' (not fitted)'}: ${own.length}, median ${percent(quantile(kernelErrors, 0.5))}, 90th ${percent(quantile(kernelErrors, 0.9))}`,
    );
  }
}
