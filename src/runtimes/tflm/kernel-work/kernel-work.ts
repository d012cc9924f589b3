import { elementCount, inputTensor, outputTensor } from '../../../graph/access.ts';
import type { DataType } from '../../../graph/data-type.ts';
import type { Graph, Operator } from '../../../graph/graph.ts';
import { operatorMacs } from '../../../graph/macs.ts';
import type { KernelCost } from '../../../targets/board.ts';
import { convolution } from '../convolution.ts';
import type { KernelBuild } from '../kernels.ts';
import { operatorFacts } from '../operator-facts.ts';
import { arrangingWork } from './arranging.ts';
import { convolutionWork } from './convolution.ts';
import { decodeWork } from './decode.ts';
import { denseWork } from './dense.ts';
import { depthwiseWork } from './depthwise.ts';
import { elementwiseWork } from './elementwise.ts';
import { generalWork } from './general.ts';
import { poolingWork } from './pooling.ts';
import { reductionWork } from './reduction.ts';
import type { KernelWork, NamedWork, Situation, Work, WorkRule } from './work-rule.ts';

const rules: readonly WorkRule[] = [
  convolutionWork,
  depthwiseWork,
  denseWork,
  poolingWork,
  reductionWork,
  arrangingWork,
  elementwiseWork,
];

/**
 * The kernel that runs an operator and how often its loops run, as the sources of the kernels have them:
 * CMSIS-NN 99f736a where it has the kernel, else the reference kernels of tensorflow/tflite-micro 90b983c.
 * ESP-NN, whose costs are known as published per operator only, is counted by operator.
 */
export function kernelWork(graph: Graph, operator: Operator, build: KernelBuild): KernelWork {
  const data = inputTensor(graph, operator, operatorFacts(operator.type)?.dataInput ?? 0);
  const outputs = operator.outputs.reduce<number>((sum, _, position) => {
    const tensor = outputTensor(graph, operator, position);
    return sum + (tensor === undefined ? 0 : (elementCount(tensor) ?? 0));
  }, 0);
  const inputs = data === undefined ? 0 : (elementCount(data) ?? 0);
  const situation: Situation = { graph, operator, type: typeName(data?.dtype), build, outputs, inputs };
  const isDetailed = build.library !== 'esp-nn';
  const named =
    decodeWork(situation) ?? (isDetailed ? firstOf(situation) : generalWork(situation, convolution(graph, operator)));
  return {
    kernel: `${named.name}/${situation.type}`,
    work: { perMac: operatorMacs(graph, operator), perOutput: outputs, perInput: inputs, ...named.work, perCall: 1 },
  };
}

/** A kernel's cost for an amount of work, in the unit of its library. */
export function kernelCost(cost: KernelCost, work: Work): number {
  const terms = Object.entries(cost) as readonly (readonly [keyof KernelCost, number])[];
  return terms.reduce((sum, [term, coefficient]) => sum + coefficient * (work[term] ?? 0), 0);
}

function firstOf(situation: Situation): NamedWork {
  for (const rule of rules) {
    const named = rule(situation);
    if (named !== undefined) return named;
  }
  return { name: situation.operator.type.toLowerCase().replaceAll('_', '-'), work: {} };
}

function typeName(dtype: DataType | undefined): Situation['type'] {
  return dtype === 'int8' || dtype === 'uint8' || dtype === 'bool' ? 'int8' : dtype === 'int16' ? 'int16' : 'float32';
}
