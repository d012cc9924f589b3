import type { Graph } from '../graph/graph.ts';

/** Something that may make a float graph lose less when it is quantised. */
export interface Lever {
  readonly name: string;
  /** The graph with it; the very same graph where there is nothing that it can do. */
  readonly apply: (graph: Graph) => Promise<Graph>;
}

/** What became of a lever. */
export interface LeverOutcome {
  readonly lever: string;
  /** The score of the best graph so far. */
  readonly before: number;
  /** The score with the lever; `null` where it changes nothing. */
  readonly after: number | null;
  readonly isKept: boolean;
}

export interface ChosenLevers {
  readonly graph: Graph;
  readonly score: number;
  readonly outcomes: readonly LeverOutcome[];
}

/**
 * Tries levers one after the other, each on the best graph so far, and keeps those with which the score gets higher.
 * @param score of a float graph once it is quantised, higher is better: accuracy, or `nearnessTo` on samples that the levers were not made from
 * @param leastGain what a lever must add to be kept, in the score's unit: less may be chance
 */
export async function chooseLevers(
  graph: Graph,
  levers: readonly Lever[],
  score: (graph: Graph) => Promise<number>,
  leastGain = 0,
): Promise<ChosenLevers> {
  let best = { graph, score: await score(graph) };
  const outcomes: LeverOutcome[] = [];
  for (const { name, apply } of levers) {
    const before = best.score;
    const changed = await apply(best.graph);
    if (changed === best.graph) {
      outcomes.push({ lever: name, before, after: null, isKept: false });
      continue;
    }
    const after = await score(changed);
    const isKept = after > before + leastGain;
    outcomes.push({ lever: name, before, after, isKept });
    if (isKept) best = { graph: changed, score: after };
  }
  return { ...best, outcomes };
}
