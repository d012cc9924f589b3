import type { Graph } from '../../src/graph/graph.ts';
import type { Fixture, Part } from './fixture.ts';
import { graphOfSteps, noise, numbers, part, step } from './fixture.ts';

const float = (...shape: number[]) => part('float32', shape);

/** A subgraph of one operator on a value and a constant. */
const withConstant = (type: string, constant: number, result: Part): Graph =>
  graphOfSteps([step(type, [float(1), numbers('float32', [constant])], [result])]);

/** Operators that run subgraphs or keep variables. */
export const controlFixtures: readonly Fixture[] = [
  {
    name: 'if',
    steps: [step('IF', [part('bool', [1]), float(1)], [float(1)], { then_subgraph_index: 1, else_subgraph_index: 2 })],
    subgraphs: [withConstant('ADD', 10, float(1)), withConstant('MUL', 0.5, float(1))],
    invocations: 3,
  },
  {
    name: 'while',
    steps: [step('WHILE', [float(1)], [float(1)], { cond_subgraph_index: 1, body_subgraph_index: 2 })],
    subgraphs: [withConstant('LESS', 10, part('bool', [1])), withConstant('ADD', 3, float(1))],
  },
  variables(),
];

/** Adds what comes to a variable that a subgraph sets once. */
function variables(): Fixture {
  const named = { container: '', shared_name: 'sum' };
  const [handle, again] = [part('resource', [1]), part('resource', [1])];
  const [read, sum, copy] = [float(3), float(3), float(3)];
  return {
    name: 'variables',
    steps: [
      step('CALL_ONCE', [], [], { init_subgraph_index: 1 }),
      step('VAR_HANDLE', [], [handle], named),
      step('READ_VARIABLE', [handle], [read]),
      step('ADD', [read, float(3)], [sum], { fused_activation_function: 'NONE' }),
      step('ASSIGN_VARIABLE', [handle, sum], []),
      step('MUL', [sum, noise('float32', [3])], [copy], { fused_activation_function: 'NONE' }),
    ],
    subgraphs: [
      graphOfSteps([
        step('VAR_HANDLE', [], [again], named),
        step('ASSIGN_VARIABLE', [again, numbers('float32', [1, 2, 3])], []),
      ]),
    ],
    invocations: 3,
  };
}
