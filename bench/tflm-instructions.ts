/**
 * Fits instructions per kernel to what TensorFlow Lite Micro was counted to execute on one half of the models, and predicts the other half:
 * `node scripts/run-ts.mjs bench/tflm-instructions.ts`. With `--yaml` the coefficients are printed as `cores/*.yml` has them.
 */
import { kernelCost, kernelWork, type Work } from '../src/runtimes/tflm/kernel-work.ts';
import type { KernelCost } from '../src/targets/board.ts';
import { nonNegativeLeastSquares } from './least-squares.ts';
import { isFitted, percent, quantile, type TflmCore, tflmModels } from './tflm-reference.ts';

interface Sample {
  readonly file: string;
  readonly kernel: string;
  readonly work: Work;
  readonly instructions: number;
}

const terms: readonly (readonly [RegExp, readonly (keyof KernelCost)[]])[] = [
  [/^conv-1x1/, ['perMac', 'perOutput', 'perPixel', 'perCall']],
  [/^conv/, ['perMac', 'perOutput', 'perPatch', 'perPixel']],
  [/^depthwise/, ['perMac', 'perOutput', 'perPixel', 'perCall']],
  [/^(fully-connected|transpose-conv|batch-matmul|svdf|unidirectional)/, ['perMac', 'perOutput', 'perCall']],
  [/pool/, ['perPatch', 'perOutput', 'perCall']],
  [/./, ['perOutput', 'perInput', 'perCall']],
];

const models = tflmModels();
for (const core of ['m4', 'm55'] as const) {
  const samples = collect(core);
  const kernels = [...new Set(samples.map(({ kernel }) => kernel))].sort();
  const fitted = new Map(
    kernels.map((kernel) => [kernel, costFrom(samples.filter((sample) => sample.kernel === kernel))]),
  );
  if (process.argv.includes('--yaml')) {
    console.log(`# ${core}`);
    for (const [kernel, cost] of fitted) console.log(`      ${kernel}: ${yaml(cost)}`);
    for (const type of ['int8', 'int16', 'float32'])
      console.log(`      other/${type}: ${yaml(typical([...fitted], type))}`);
    continue;
  }
  report(core, samples, (sample) => kernelCost(fitted.get(sample.kernel) ?? {}, sample.work));
}

function collect(core: TflmCore): readonly Sample[] {
  return models.flatMap(({ file, graph, runs }) => {
    const run = runs[core];
    if (run?.status !== 'ok' || run.ops?.length !== graph.operators.length) return [];
    return graph.operators.map((operator, index) => ({
      file,
      ...kernelWork(graph, operator),
      instructions: run.ops?.[index]?.[1] ?? 0,
    }));
  });
}

/** On the fitted half where it has the kernel, else on all there is. */
function costFrom(all: readonly Sample[]): KernelCost {
  const half = all.filter(({ file }) => isFitted(file));
  const samples = half.length === 0 ? all : half;
  const names = terms.find(([pattern]) => pattern.test(all[0]?.kernel ?? ''))?.[1] ?? [];
  const used = samples.length > names.length ? names : samples.length >= 2 ? [names[0], names.at(-1)] : [names[0]];
  const columns = used.filter((name) => name !== undefined);
  const rows = samples.map(({ work }) => columns.map((name) => work[name]));
  const values = samples.map(({ instructions }) => instructions);
  const weights = values.map((value) => 1 / Math.max(400, value) ** 0.9);
  const solution = nonNegativeLeastSquares(rows, values, weights);
  return Object.fromEntries(
    columns
      .map((name, index) => [name, Number((solution[index] ?? 0).toPrecision(4))] as const)
      .filter(([, x]) => x > 1e-6),
  );
}

/** What a kernel that no model has is taken to cost: the median per multiply-accumulate and the upper quartile per element over those that were counted. */
function typical(fitted: readonly (readonly [string, KernelCost])[], type: string): KernelCost {
  const own = fitted.filter(([kernel]) => kernel.endsWith(`/${type}`)).map(([, cost]) => cost);
  const median = (values: readonly number[]) => Number(quantile(values, 0.5).toPrecision(3));
  const perMac = own.flatMap((cost) => cost.perMac ?? []);
  const perOutput = own
    .filter((cost) => cost.perMac === undefined && cost.perPatch === undefined)
    .flatMap((cost) => (cost.perOutput ?? 0) + (cost.perInput ?? 0));
  return { perMac: median(perMac), perOutput: Number(quantile(perOutput, 0.75).toPrecision(3)) };
}

function yaml(cost: KernelCost): string {
  return `{ ${Object.entries(cost)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ')} }`;
}

function report(core: TflmCore, samples: readonly Sample[], predict: (sample: Sample) => number): void {
  const held = samples.filter(({ file }) => !isFitted(file));
  const files = [...new Set(held.map(({ file }) => file))];
  const totals = files.map((file) => {
    const own = held.filter((sample) => sample.file === file);
    const measured = own.reduce((sum, { instructions }) => sum + instructions, 0);
    return { file, error: own.reduce((sum, sample) => sum + predict(sample), 0) / measured - 1 };
  });
  const errors = totals.map(({ error }) => Math.abs(error));
  const operators = held
    .filter(({ instructions }) => instructions >= 2000)
    .map((sample) => Math.abs(predict(sample) / sample.instructions - 1));
  console.log(
    `${core}: ${files.length} models not fitted: mean ${percent(errors.reduce((a, b) => a + b, 0) / errors.length)}, median ${percent(quantile(errors, 0.5))}, 90th percentile ${percent(quantile(errors, 0.9))}; ` +
      `${operators.length} operators of 2000 instructions or more: median ${percent(quantile(operators, 0.5))}, 90th percentile ${percent(quantile(operators, 0.9))}`,
  );
  if (!process.argv.includes('--verbose')) return;
  for (const { file, error } of totals.sort((a, b) => Math.abs(b.error) - Math.abs(a.error)).slice(0, 12))
    console.log(`  ${percent(error)} ${file}`);
  for (const kernel of [...new Set(held.map((sample) => sample.kernel))].sort()) {
    const own = held.filter((sample) => sample.kernel === kernel);
    const kernelErrors = own.map((sample) => Math.abs(predict(sample) / sample.instructions - 1));
    console.log(
      `  ${kernel}: ${own.length}, median ${percent(quantile(kernelErrors, 0.5))}, 90th ${percent(quantile(kernelErrors, 0.9))}`,
    );
  }
}
