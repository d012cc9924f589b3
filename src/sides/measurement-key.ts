import { sha256 } from '../basics/sha256.ts';
import { canonicalJson } from '../cache/canonical-json.ts';
import { gateDigest } from '../cache/gate-digest.ts';
import type { ComparisonInput } from '../judge/build-comparison.ts';
import type { Earlier } from '../judge/earlier.ts';
import { onnxRuntimeVersion } from '../onnx-runtime/version.ts';
import { recipeText } from '../optimize/recipe.ts';
import { runtimeOf } from '../runtimes/registry.ts';
import type { SideJob } from './side.ts';

/** The contents of a job's data sets, as something that changes whenever they do. */
export interface DataIdentities {
  readonly calibration?: string;
  readonly evaluation?: string;
}

/**
 * A sha256 of everything that a measurement depends on: the model's bytes and those of its external data, the board's numbers and what of it is left for the model,
 * recipe, data sets, duty cycle, this gate's code, the versions of what it runs (Node, ONNX Runtime, the target's compiler) and the machine's kind.
 * The model's path is not among it, nor what the target is called. `undefined` for what must be measured each time: a device's answers, what a compiler here says that runs the model, and a compiler that does not say its version.
 */
export async function measurementKey(
  { files, target, options }: SideJob,
  data: DataIdentities,
): Promise<string | undefined> {
  const { recipe, calibration, evaluation, dimensions, dutyCycle, device } = options;
  const { compile, compilerVersion, compilerRunsModel = false } = runtimeOf(target.runtime);
  if (device !== undefined || (compile !== undefined && compilerVersion === undefined)) return undefined;
  const compiler = await compilerVersion?.(target);
  if (compilerRunsModel && compiler !== undefined) return undefined;
  const { name: _, ...ships } = target;
  const text = canonicalJson({
    layout: 1,
    gate: gateDigest(),
    machine: [process.platform, process.arch, process.version],
    onnxRuntime: onnxRuntimeVersion(),
    compiler: compiler ?? null,
    model: sha256(files.bytes),
    external: [...files.external].map(([name, bytes]) => [name, sha256(bytes)]).sort(),
    target: ships,
    recipe: recipeText(recipe),
    // Metrics name the data set that they were taken on by its path.
    calibration: calibration === undefined ? null : [calibration, data.calibration],
    evaluation: evaluation === undefined ? null : [evaluation.data, evaluation.metric, data.evaluation],
    dimensions: dimensions ?? null,
    dutyCycle: dutyCycle ?? null,
  });
  return sha256(text);
}

/** A sha256 of all that a search for recipes depends on: the head that fails, by its `measurementKey`, and what it is judged by. Where a budget stands is not among it. */
export function recipesKey(head: string, { change, base, budgets, earlier = {}, problems }: ComparisonInput): string {
  return sha256(
    canonicalJson({
      layout: 1,
      head,
      state: change.state,
      base: base && {
        measurement: { ...base.measurement, model: { ...base.measurement.model, path: '' } },
        correct: base.correct === undefined ? null : sha256(base.correct),
      },
      budgets: budgets.map(({ origin: _, line: __, ...limits }) => limits),
      ...(Object.keys(earlier).length === 0 ? {} : { earlier: Object.entries(earlier).map(earlierContent) }),
      problems: problems.length,
    }),
  );
}

function earlierContent([since, side]: readonly [string, Earlier]): unknown {
  if (side.kind !== 'known') return [since, side.kind];
  return [since, side.measurement, side.correct === undefined ? null : sha256(side.correct)];
}
