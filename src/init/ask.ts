import { suggestion } from '../basics/nearest.ts';
import { defaultTarget } from '../targets/default-target.ts';
import { boardIds } from '../targets/load.ts';
import type { Repository } from './look-at-repository.ts';
import type { Answers } from './plan-files.ts';

/** Asks somebody; an empty answer means the proposal. */
export type Ask = (question: string, proposal: string) => Promise<string>;

/** What is assumed where nobody is asked: the boards that build files name, the data sets whose names say what they are for. */
export function assumedAnswers({ boards, calibration, evaluation }: Repository, forks: boolean): Answers {
  return {
    targets: boards.length === 0 ? [defaultTarget] : boards.map(({ board }) => board),
    calibration: calibration[0],
    evaluation: evaluation[0],
    forks,
  };
}

/** At most three questions, each with what is assumed as its proposal; a board that is not known is asked for again. */
export async function askAnswers(repository: Repository, forks: boolean, ask: Ask): Promise<Answers> {
  const assumed = assumedAnswers(repository, forks);
  const targets = await askTargets(ask, assumed.targets.join(', '));
  const calibration = await askDataSet(ask, 'Calibration set for int8', repository.calibration, assumed.calibration);
  const evaluation = await askDataSet(
    ask,
    'Labelled evaluation set for accuracy',
    repository.evaluation,
    assumed.evaluation,
  );
  return { ...assumed, targets, calibration, evaluation };
}

async function askTargets(ask: Ask, proposal: string): Promise<readonly string[]> {
  let question = 'Which boards do the models ship to? (edge-ready targets lists them)';
  for (;;) {
    const answer = await ask(question, proposal);
    const names = answer.split(/[\s,]+/).filter((name) => name !== '');
    const unknown = names.find((name) => !boardIds.includes(name.split('/')[0] ?? ''));
    if (unknown === undefined && names.length > 0) return [...new Set(names)];
    question = `There is no board "${unknown ?? ''}"${suggestion(unknown ?? '', boardIds)}. Which boards?`;
  }
}

/** Nobody is asked where there is nothing to choose from; a dash means none. */
async function askDataSet(
  ask: Ask,
  what: string,
  found: readonly string[],
  proposal: string | undefined,
): Promise<string | undefined> {
  if (proposal === undefined) return undefined;
  const answer = await ask(`${what}? (${found.slice(0, 5).join(', ')}; - for none)`, proposal);
  return answer === '-' ? undefined : answer;
}
