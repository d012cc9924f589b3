/**
 * Fits instructions per kernel to what TensorFlow Lite Micro was counted to execute on one half of the models, and predicts the other half:
 * `node scripts/run-ts.mjs bench/tflm-instructions.ts`. `--verbose` lists models and kernels, `--validate` compares weightings by
 * cross-validation inside the fitted half, `--write` puts the coefficients into `src/targets/cores/*.yml`.
 *
 * Nothing is chosen by looking at the other half: loops come from the kernels' sources (`src/runtimes/tflm/kernel-work*.ts`), the weighting
 * from `--validate`. Kernels run alone (`tflm-single-kernels.ts`) are fitted together with the first half. Cortex-M4 and M55 with CMSIS-NN are fitted to `tflm.json`,
 * Cortex-M0+ and M3 and the reference kernels to `tflm-whole-models.json`
 * (on the Cortex-M55 in the unit of `tflm.json`, 40 for a tick, although the emulated machine's timer ticks at 32 MHz: one tick is 31.25 instructions). For a kernel that neither has, the other half
 * is predicted by what stands in for it in the library (another type, else `other`); what is written takes such a kernel from all models.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { nonNegativeLeastSquares } from '../src/basics/least-squares.ts';
import { costOf } from '../src/runtimes/tflm/cycles.ts';
import { kernelCost, kernelWork } from '../src/runtimes/tflm/kernel-work/kernel-work.ts';
import type { Work } from '../src/runtimes/tflm/kernel-work/work-rule.ts';
import type { KernelBuild } from '../src/runtimes/tflm/kernels.ts';
import type { KernelCost } from '../src/targets/board.ts';
import { isFitted, percent, quantile, type TflmCore, tflmModels } from './tflm-reference.ts';
import { singleKernels } from './tflm-single-kernels.ts';
import wholeModels from './tflm-whole-models.json' with { type: 'json' };

interface Sample {
  readonly file: string;
  readonly kernel: string;
  readonly work: Work;
  readonly instructions: number;
}
type Core = TflmCore | 'm3' | 'm0plus';
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
  [/^unidirectional.*int8/, 'Mac TailMac Vector SingleVector Output Row Call'],
  [/^(logistic|tanh)\/int8/, 'Exponential Output Call'],
  [/^(transpose-conv|batch-matmul|svdf|unidirectional)/, 'Mac Output Call'],
  // Patch and Row in the reference loops only, the rest in CMSIS-NN only.
  [/pool/, 'TapVector Tap OutputBlock Patch Row Output Pixel Call'],
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

/** The best of `--validate` for single operators, on both cores. */
const chosenWeight = weightOf(1000, 0.5);

/** The best of `--validate` on the cores with `tflm-whole-models.json`: 10 clearly for the reference kernels, no end for CMSIS-NN, where it matters little. */
const chosenEnough = { reference: 10, 'cmsis-nn': Number.POSITIVE_INFINITY, 'esp-nn': Number.POSITIVE_INFINITY };

const models = tflmModels();
const action = process.argv.slice(2);
const fromModels = new Map<TflmCore, Kernels>();
for (const core of ['m4', 'm55'] as const) {
  const samples = collect(core);
  const half = samples.filter(({ file }) => isFitted(file));
  const kernels = library([...half, ...alone(core, 'cmsis-nn')]);
  fromModels.set(core, kernels);
  if (action.includes('--validate')) validate(core, half);
  else report(core, samples, kernels);
  if (action.includes('--write')) write(core, 'cmsis-nn', { ...library(samples), ...kernels });
}
for (const [core, name] of [
  ['m4', 'reference'],
  ['m55', 'reference'],
  ['m3', 'cmsis-nn'],
  ['m3', 'reference'],
  ['m0plus', 'cmsis-nn'],
  ['m0plus', 'reference'],
] as const) {
  const plain = plainKernels(core, name);
  const samples = collectWhole(core, name);
  const half = samples.filter(({ file }) => isFitted(file));
  const training = trainingSet(half, alone(core, name), chosenEnough[name]);
  const kernels = { ...plain, ...library(training) };
  if (action.includes('--validate') && samples.length > 0) validateAlone(core, name, half, plain);
  reportAlone(core, name, kernels);
  if (samples.length > 0) {
    const held = samples.filter(({ file }) => !isFitted(file));
    const single = { ...plain, ...library(alone(core, name)) };
    console.log(
      `${core} ${name}, all whole models, from kernels run alone: ${summary(errorsOf(samples, predictor(single)))}`,
    );
    console.log(`${core} ${name}, the half not fitted, fitted kernels: ${summary(errorsOf(held, predictor(kernels)))}`);
    if (action.includes('--verbose')) listErrors(held, kernels, new Set(training.map(({ kernel }) => kernel)));
  }
  if (action.includes('--write')) write(core, name, { ...library(samples), ...kernels });
}

function collect(core: TflmCore): readonly Sample[] {
  const build = { library: 'cmsis-nn', vectors: vectorsOf(core) } as const;
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

/**
 * Operators of the whole models of `tflm-whole-models.json`: ticks of 40 instructions per operator, in order of execution. TensorFlow Lite Micro 90b983c
 * (kernels -O2, gcc 12.2) with CMSIS-NN 99f736a or its reference kernels ran every all-int8 model of the reference of up to 60 million instructions,
 * models with equal counts once, on an emulated Cortex-M3, M4 or M55, as code for that core or for a Cortex-M0+; outputs were those of `tflm.json`.
 */
function collectWhole(core: Core, name: KernelBuild['library']): readonly Sample[] {
  const build = { library: name, vectors: vectorsOf(core) };
  const counts: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = wholeModels;
  return models.flatMap(({ file, graph }) =>
    (counts[file]?.[`${core}/${name}`] ?? []).flatMap((ticks, index) => {
      const operator = graph.operators[index];
      return operator === undefined ? [] : [{ file, ...kernelWork(graph, operator, build), instructions: 40 * ticks }];
    }),
  );
}

/** Operators of models, and kernels run alone where the models have less than `enough` of that kernel: alone they are not compiled quite as in a model. */
function trainingSet(counted: readonly Sample[], single: readonly Sample[], enough: number): readonly Sample[] {
  const count = (kernel: string) => counted.filter((sample) => sample.kernel === kernel).length;
  return [...counted, ...single.filter(({ kernel }) => count(kernel) < enough)];
}

/** Kernels run alone on a core, with what surrounds a kernel inside an operator. */
function alone(core: Core, name: KernelBuild['library']): readonly Sample[] {
  const build = { library: name, vectors: vectorsOf(core) };
  const call = { m4: 400, m3: 400, m55: 500, m0plus: 800 }[core];
  return singleKernels(`${core}/${name}`).flatMap(({ graph, instructions }) =>
    graph.operators.map((operator) => ({
      file: '',
      ...kernelWork(graph, operator, build),
      instructions: instructions + call,
    })),
  );
}

function vectorsOf(core: Core): KernelBuild['vectors'] {
  return core === 'm55' ? 'mve' : core === 'm4' ? 'dsp' : 'none';
}

/** Kernels that are plain C whatever the library, as a core with counted models has them, times how much more this core executes for plain C. */
function plainKernels(core: Core, name: KernelBuild['library']): Kernels {
  const base = core === 'm55' ? 'm55' : 'm4';
  const own = alone(core, name);
  const there = alone(base, base === core ? name : 'reference');
  const ratioOf = (type: string) => {
    const ratios = own.flatMap(({ kernel, work, instructions }) => {
      const same = there.find((other) => other.kernel === kernel && isEqual(other.work, work));
      return same !== undefined && isPlain(kernel, 'reference') && kernel.endsWith(type)
        ? [instructions / same.instructions]
        : [];
    });
    return ratios.length === 0 ? 1 : quantile(ratios, 0.5);
  };
  return Object.fromEntries(
    Object.entries(fromModels.get(base) ?? {})
      .filter(([kernel]) => isPlain(kernel, name))
      .map(([kernel, cost]) => [kernel, scaled(cost, ratioOf(kernel.split('/')[1] ?? ''))]),
  );
}

/** Kernels without vector or DSP instructions on the core with counted models; padding and softmax of CMSIS-NN are plain C there, the reference kernels have their own. */
function isPlain(kernel: string, name: KernelBuild['library']): boolean {
  if (name === 'cmsis-nn' && /^(pad|softmax)\/int8/.test(kernel)) return true;
  return (
    !/^(conv|depthwise|fully-connected|.*pool|add|mul|pad|softmax|transpose|unidirectional|svdf|batch).*\/int/.test(
      kernel,
    ) && !kernel.startsWith('other')
  );
}
function isEqual(a: Work, b: Work): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function scaled(cost: KernelCost, factor: number): KernelCost {
  return Object.fromEntries(
    Object.entries(cost).map(([name, x]) => [name, Number(((x ?? 0) * factor).toPrecision(4))]),
  );
}

/**
 * Kernels that are neither among the first half nor were run alone. Loops that copy element by element have four instructions (`ldrb, strb, cmp, bne`),
 * those that copy words about two per word; a float LSTM is four dense layers, three logistic functions and two hyperbolic tangents, whose costs are as fitted here.
 */
function composed(known: Kernels): Kernels {
  const call = known['add/int8']?.perCall ?? 400;
  const elements = { perOutput: 4, perCall: call };
  const words = { perOutput: 0.55, perCall: call };
  const activation = 3 * (known['logistic/float32']?.perOutput ?? 0) + 2 * (known['tanh/float32']?.perOutput ?? 0);
  return {
    ...Object.fromEntries(['split', 'split-v', 'pack', 'unpack'].map((name) => [`${name}/int8`, elements])),
    'concatenation/int8': words,
    'resize-nearest-neighbor/int8': { ...words, perPixel: 60 },
    'unidirectional-sequence-lstm/float32': {
      perMac: known['fully-connected/float32']?.perMac ?? 0,
      perOutput: Math.round(activation),
    },
  };
}

/** Costs of all kernels that the samples have, and what stands for the rest. */
function library(samples: readonly Sample[], weight = chosenWeight): Kernels {
  const names = [...new Set(samples.map(({ kernel }) => kernel))].sort();
  const costs = names.map((name) => {
    const own = samples.filter(({ kernel }) => kernel === name);
    return [name, fitted(own, weight)] as const;
  });
  const others = ['int8', 'int16', 'float32'].map(
    (type) => [`other/${type}`, typical(Object.fromEntries(costs), type)] as const,
  );
  const known = Object.fromEntries(costs);
  return { ...composed(known), ...known, ...Object.fromEntries(others) };
}

function fitted(samples: readonly Sample[], weight: (instructions: number) => number): KernelCost {
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
function typical(kernels: Kernels, type: string): KernelCost {
  const own = Object.entries(kernels).filter(([kernel]) => kernel.endsWith(`/${type}`));
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

function write(core: Core, name: string, kernels: Kernels): void {
  const file = `src/targets/cores/cortex-${core}.yml`;
  const lines = Object.entries(kernels)
    .sort(([a], [b]) => Number(a.startsWith('other')) - Number(b.startsWith('other')) || (a < b ? -1 : 1))
    .filter(([, cost]) => Object.keys(cost).length > 0)
    .map(([kernel, cost]) => {
      const pairs = Object.entries(cost).map(([name, value]) => `${name}: ${value}`);
      return `      ${kernel}: { ${pairs.join(', ')} }\n`;
    });
  const text = readFileSync(file, 'utf8');
  const block = new RegExp(`( {2}${name}:\\n(?: {4}.*\\n)*? {4}kernels:\\n)(?: {6}.*\\n)*`);
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
        const others = half.filter(({ file }) => foldOf(file) !== fold);
        const kernels = library([...others, ...alone(core, 'cmsis-nn')], weightOf(floor, exponent));
        return errorsOf(
          half.filter(({ file }) => foldOf(file) === fold),
          predictor(kernels),
        );
      });
      const all = { totals: parts.flatMap((part) => part.totals), operators: parts.flatMap((part) => part.operators) };
      console.log(`${core}, floor ${floor}, exponent ${exponent}: ${summary(all)}`);
    }
}

/** The same for how many operators of a kernel in whole models make the kernel alone superfluous. */
function validateAlone(core: Core, name: KernelBuild['library'], half: readonly Sample[], plain: Kernels): void {
  const families = [...new Set(half.map(({ file }) => familyOf(file)))].sort();
  const foldOf = (file: string) => families.indexOf(familyOf(file)) % 5;
  for (const enough of [5, 10, 20, Number.POSITIVE_INFINITY]) {
    const parts = [0, 1, 2, 3, 4].map((fold) => {
      const others = half.filter(({ file }) => foldOf(file) !== fold);
      const kernels = { ...plain, ...library(trainingSet(others, alone(core, name), enough)) };
      return errorsOf(
        half.filter(({ file }) => foldOf(file) === fold),
        predictor(kernels),
      );
    });
    const all = { totals: parts.flatMap((part) => part.totals), operators: parts.flatMap((part) => part.operators) };
    console.log(`${core} ${name}, enough ${enough}: ${summary(all)}`);
  }
}

function familyOf(file: string): string {
  return (file.split('/').at(-1) ?? file).slice(0, 12);
}

function report(core: TflmCore, samples: readonly Sample[], kernels: Kernels): void {
  const held = samples.filter(({ file }) => !isFitted(file));
  const seen = new Set(samples.filter(({ file }) => isFitted(file)).map(({ kernel }) => kernel));
  for (const { kernel } of alone(core, 'cmsis-nn')) seen.add(kernel);
  const predict = predictor(kernels);
  const errors = errorsOf(held, predict);
  const unseen = held.filter(({ kernel, instructions }) => !seen.has(kernel) && instructions >= 2000);
  console.log(`${core}, half not fitted: ${summary(errors)} (${unseen.length} of kernels that were not fitted)`);
  if (process.argv.includes('--verbose')) listErrors(held, kernels, seen);
}

/** The models that are met worst, and the errors by kernel. */
function listErrors(held: readonly Sample[], kernels: Kernels, seen: ReadonlySet<string>): void {
  const predict = predictor(kernels);
  for (const { file, error } of [...errorsOf(held, predict).totals]
    .sort((a, b) => Math.abs(b.error) - Math.abs(a.error))
    .slice(0, 12))
    console.log(`  ${percent(error)} ${file}`);
  for (const kernel of [...new Set(held.map((sample) => sample.kernel))].sort()) {
    const own = held.filter((sample) => sample.kernel === kernel);
    const kernelErrors = own.map((sample) => Math.abs(predict(sample) / sample.instructions - 1));
    console.log(
      `  ${kernel}${seen.has(kernel) ? '' : ' (not fitted)'}: ${own.length}, median ${percent(quantile(kernelErrors, 0.5))}, 90th ${percent(quantile(kernelErrors, 0.9))}`,
    );
  }
}

/** How well the terms describe kernels that were run alone. */
function reportAlone(core: Core, name: KernelBuild['library'], kernels: Kernels): void {
  const samples = alone(core, name);
  const errors = samples.map((sample) => Math.abs(predictor(kernels)(sample) / sample.instructions - 1));
  console.log(
    `${core} ${name}, ${samples.length} kernels run alone, all fitted: median ${percent(quantile(errors, 0.5))}, 90th percentile ${percent(quantile(errors, 0.9))}`,
  );
}
