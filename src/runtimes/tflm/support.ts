import { concreteShape, inputTensor, isConstant, outputTensor } from '../../graph/access.ts';
import { elementBits } from '../../graph/data-type.ts';
import type { Graph, Operator } from '../../graph/graph.ts';
import type { Finding } from '../measurement.ts';
import { tflmTensorBytes } from './lifetimes.ts';
import { offlineOffsets, offlinePlan } from './offline-plan.ts';
import { operatorFacts } from './operator-facts.ts';

/** Why an operator is refused, as the end of a sentence that begins with its place; `undefined` when it is not. */
type Check = (graph: Graph, operator: Operator) => Reason | undefined;
type Reason = { readonly code: string; readonly message: string };

/**
 * What TensorFlow Lite Micro refuses in a graph, one finding of severity `error` per operator at most, and what it would only fail on at its first inference.
 * Source of the rules: tensorflow/tflite-micro 90b983c, lite/micro/kernels.
 */
export function unsupported(graph: Graph): readonly Finding[] {
  const graphs = [graph, ...graph.subgraphs];
  const inOperators = graphs.flatMap((each, subgraph) =>
    each.operators.flatMap((operator, index): readonly Finding[] => {
      for (const check of checks) {
        const reason = check(each, operator);
        if (reason === undefined) continue;
        const where = `${subgraph === 0 ? '' : `subgraph ${subgraph} `}operator ${index} (${operator.type})`;
        return [{ ...reason, severity: 'error', where: where.slice(0, 400), message: reason.message.slice(0, 2000) }];
      }
      return [];
    }),
  );
  return [
    ...openShapes(graphs),
    ...wrongPlan(graph, graphs),
    ...inOperators.slice(0, refusalsShown),
    ...unshown(inOperators.length),
  ];
}

/** Refused operators that are named one by one. */
const refusalsShown = 100;

function unshown(refused: number): readonly Finding[] {
  if (refused <= refusalsShown) return [];
  return [
    {
      code: 'unsupported-operator',
      severity: 'error',
      message: `${refused - refusalsShown} more operators are refused.`,
    },
  ];
}

/** A custom operator runs only where the firmware brings its kernel. */
const customOperator: Check = (_, { type, domain }) =>
  domain === 'custom'
    ? {
        code: 'unsupported-operator',
        message: `TensorFlow Lite Micro has no kernel for the custom operator "${type}".`,
      }
    : undefined;

/** Every builtin operator needs a kernel in the interpreter. */
const missingOperator: Check = (_, { type }) =>
  operatorFacts(type) === undefined
    ? { code: 'unsupported-operator', message: `TensorFlow Lite Micro has no kernel for ${type}.` }
    : undefined;

/** Operators with weights take float32 data with float32 weights, int16 with int8, int8 with int8 or int4. */
const hybridWeights: Check = (graph, operator) => {
  const facts = weighted.has(operator.type) ? operatorFacts(operator.type) : undefined;
  if (facts === undefined) return undefined;
  const data = inputTensor(graph, operator, facts.dataInput ?? 0)?.dtype;
  const weights = inputTensor(graph, operator, 1)?.dtype;
  if (data === undefined || weights === undefined || facts.types?.includes(data) !== true) return undefined;
  const isNarrow = data === 'int8' && weights === 'int4' && operator.type !== 'TRANSPOSE_CONV';
  const isPair = weights === (data === 'float32' ? 'float32' : 'int8');
  return isPair || isNarrow
    ? undefined
    : {
        code: 'unsupported-type',
        message: `${data} data with ${weights} weights (a hybrid model) is not supported by TensorFlow Lite Micro; quantise the activations as well.`,
      };
};
const weighted = new Set(['CONV_2D', 'DEPTHWISE_CONV_2D', 'FULLY_CONNECTED', 'TRANSPOSE_CONV']);

/** Kernels take the element types that they were written for. */
const elementType: Check = (graph, operator) => {
  const facts = operatorFacts(operator.type);
  const data = inputTensor(graph, operator, facts?.dataInput ?? 0)?.dtype;
  if (facts?.types === undefined || data === undefined || facts.types.includes(data)) return undefined;
  return {
    code: 'unsupported-type',
    message: `${operator.type} does not take ${data} in TensorFlow Lite Micro; it takes ${facts.types.join(', ')}.`,
  };
};

/** Convolutions work on tensors of four dimensions. */
const fourDimensions: Check = (graph, operator) => {
  if (!windowed.has(operator.type)) return undefined;
  const input = inputTensor(graph, operator, operatorFacts(operator.type)?.dataInput ?? 0);
  const rank = input?.shape?.length;
  return rank === undefined || rank === 4
    ? undefined
    : { code: 'unsupported-shape', message: `${operator.type} takes four dimensions, not ${rank}.` };
};
const windowed = new Set(['CONV_2D', 'DEPTHWISE_CONV_2D', 'TRANSPOSE_CONV', 'AVERAGE_POOL_2D', 'MAX_POOL_2D']);

/** What decides a shape must be in the file: nothing is resized on the device. */
const constantParameters: Check = (graph, operator) => {
  const positions = shapeInputs[operator.type] ?? [];
  const open = positions.find((position) => {
    const tensor = inputTensor(graph, operator, position);
    return tensor !== undefined && !isConstant(tensor);
  });
  return open === undefined
    ? undefined
    : {
        code: 'unsupported-dynamic-shape',
        message: `input ${open} of ${operator.type} must be a constant in TensorFlow Lite Micro, where no tensor changes its shape.`,
      };
};
const shapeInputs: Readonly<Record<string, readonly number[]>> = {
  PAD: [1],
  PADV2: [1],
  TRANSPOSE: [1],
  RESIZE_BILINEAR: [1],
  RESIZE_NEAREST_NEIGHBOR: [1],
  SPLIT: [0],
  SPLIT_V: [1, 2],
  EXPAND_DIMS: [1],
};

/** Tensors need a type whose elements have a size. */
const sizedTypes: Check = (graph, operator) => {
  for (const tensor of [inputTensor(graph, operator, 0), outputTensor(graph, operator)]) {
    if (tensor === undefined || tensor.dtype === 'resource' || elementBits(tensor.dtype) > 0) continue;
    return {
      code: 'unsupported-type',
      message: `tensors of type ${tensor.dtype} are not supported by TensorFlow Lite Micro.`,
    };
  }
  return undefined;
};

/** Intermediate tensors of recurrent layers may only carry quantisation, not content. */
const emptyIntermediates: Check = (graph, operator) => {
  const isFilled = operator.intermediates?.some((id) => {
    const tensor = graph.tensors[id];
    return tensor !== undefined && tflmTensorBytes(tensor) > 0;
  });
  return isFilled === true
    ? { code: 'unsupported-operator', message: `${operator.type} has intermediate tensors with content.` }
    : undefined;
};

const checks: readonly Check[] = [
  customOperator,
  missingOperator,
  sizedTypes,
  elementType,
  hybridWeights,
  fourDimensions,
  constantParameters,
  emptyIntermediates,
];

/** Every tensor that is computed needs all its extents. */
function openShapes(graphs: readonly Graph[]): readonly Finding[] {
  const open = graphs.flatMap((graph) =>
    graph.inputs.filter((id) => concreteShape(graph.tensors[id]?.shape) === undefined),
  );
  return open.length === 0
    ? []
    : [
        {
          code: 'unsupported-dynamic-shape',
          severity: 'error',
          message:
            'The shape of an input is not fixed; TensorFlow Lite Micro plans its memory before the first inference.',
        },
      ];
}

/** An offline memory plan must have an offset for each tensor. */
function wrongPlan(graph: Graph, graphs: readonly Graph[]): readonly Finding[] {
  const tensors = graphs.reduce((sum, each) => sum + each.tensors.length, 0);
  if (offlinePlan(graph) === undefined || offlineOffsets(graph, tensors) !== undefined) return [];
  return [
    {
      code: 'invalid-memory-plan',
      severity: 'error',
      message: `The offline memory plan in the file is not for its ${tensors} tensors.`,
    },
  ];
}
