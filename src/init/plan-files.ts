import { configurationText, targetName } from './configuration-text.ts';
import type { Repository } from './look-at-repository.ts';
import { forkWorkflowText, workflowText } from './workflow-text.ts';

/** What was asked, or assumed where nobody was. */
export interface Answers {
  readonly targets: readonly string[];
  /** A data set, or none. */
  readonly calibration: string | undefined;
  readonly evaluation: string | undefined;
  /** Whether comments on pull requests from forks get a workflow of their own. */
  readonly forks: boolean;
}

/** A file to write, from the repository's top. */
export interface PlannedFile {
  readonly path: string;
  readonly text: string;
}

/** The files that a repository does not have yet. What it has is left as it is. */
export function planFiles(repository: Repository, answers: Answers): readonly PlannedFile[] {
  const names = answers.targets.map(targetName);
  const { calibration, evaluation, targets } = answers;
  const configuration = configurationText({ targets, models: repository.models, calibration, evaluation });
  return [
    ...(repository.hasConfiguration ? [] : [{ path: 'edge-ready.yml', text: configuration }]),
    ...(repository.workflow === undefined
      ? [{ path: '.github/workflows/edge-ready.yml', text: workflowText(names, answers.forks) }]
      : []),
    ...(answers.forks ? [{ path: '.github/workflows/edge-ready-comment.yml', text: forkWorkflowText }] : []),
  ];
}
