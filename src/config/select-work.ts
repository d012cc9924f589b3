import type { FoundModels } from '../changes/find-models.ts';
import type { Change } from '../changes/list-changes.ts';
import type { Range } from '../changes/range.ts';
import { ortFileName } from '../formats/model-file.ts';
import { runtimeOf } from '../runtimes/registry.ts';
import type { Target } from '../targets/target.ts';
import { budgetsDiffer } from './budgets.ts';
import type { Configs } from './read-configs.ts';
import { isForTarget } from './rule-slots.ts';
import { effectiveSettings } from './settings.ts';

/** A model and a target that it is judged on. */
export interface Work {
  readonly change: Change;
  readonly target: Target;
}

/** Every changed model on every target that it ships to, and unchanged ones where the pull request changes what they are judged by. */
export function selectWork(
  { changed, all }: FoundModels,
  targets: readonly Target[],
  { base, head }: Configs,
  range: Range,
): readonly Work[] {
  const known = new Set(changed.map(({ path }) => path));
  const unchanged: readonly Change[] = all
    .filter(({ path }) => range.base !== null && !known.has(path))
    .map(({ path, blob }) => ({ path, state: 'unchanged', baseBlob: blob, headBlob: blob }));
  return [...changed, ...unchanged].flatMap((change) => {
    const { targets: names } = effectiveSettings(base, head, change.path);
    const isSaved = ortFileName.test(change.path);
    return (
      targets
        .filter((target) => isForTarget(names, target))
        // Nothing but ONNX Runtime loads what it saved; whoever names targets for it is told so.
        .filter((target) => !isSaved || names !== undefined || runtimeOf(target.runtime).loads.includes('ort'))
        .filter((target) => change.state !== 'unchanged' || budgetsDiffer(base, head, change.path, target))
        .map((target) => ({ change, target }))
    );
  });
}
