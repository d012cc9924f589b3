import { concreteShape, inputTensor, outputTensor } from '../../graph/access.ts';
import type { Graph, Operator } from '../../graph/graph.ts';
import { operatorMacs } from '../../graph/macs.ts';
import { computedTensors, operatorWork } from '../roofline/work.ts';

/** Multiply-accumulates in a cycle: 4.8 GOPS at 150 MHz, as NXP has it for the N1-16 of MCX N. */
const macsPerCycle = 16;

/** That they are four sums of four products is an assumption, which other shapes must fill up; of a depthwise filter one sum of four uses one product. */
const lanes = 4;

/** Cycles of the NPU's multipliers for an operator; operators without multiply-accumulates count none, as they are small beside what starting them takes. */
export function neutronCycles(graph: Graph, operator: Operator): number {
  const macs = operatorMacs(graph, operator);
  if (operator.type === 'DEPTHWISE_CONV_2D') return macs / lanes;
  const weights = concreteShape(inputTensor(graph, operator, 1)?.shape);
  const [filters = 0] = weights ?? [];
  const channels = weights?.at(-1) ?? 0;
  if (macs === 0 || filters === 0 || channels === 0) return macs / macsPerCycle;
  const filled = (count: number) => (Math.ceil(count / lanes) * lanes) / count;
  return (macs * filled(filters) * filled(channels)) / macsPerCycle;
}

/** Whether the NPU has to be started for an operator, not for other names of the same bytes. */
export function isStarted(graph: Graph, operator: Operator): boolean {
  return (
    outputTensor(graph, operator) !== undefined && operatorWork(graph, operator, computedTensors(graph)).launches > 0
  );
}
