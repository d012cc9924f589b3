import type { Graph, Operator } from '../../graph/graph.ts';
import { operatorPlace } from '../../graph/operator-place.ts';
import { nestedGraphs } from '../../graph/traversal.ts';

import type { Finding } from '../../measurement/measurement.ts';
import facts from './operators.json' with { type: 'json' };
import { isQuantised } from './quantised.ts';
import { tvmVersion } from './tvm.ts';

const onnx: ReadonlySet<string> = new Set(facts.onnx);
const tflite: ReadonlySet<string> = new Set(facts.tflite);
const tfliteQuantised: ReadonlySet<string> = new Set(facts.tfliteQuantised);

/** A finding for every operator, nested ones too, that TVM's importer of the model's format refuses. */
export function refusedByTvm(graph: Graph): readonly Finding[] {
  const all = [graph, ...graph.subgraphs];
  return all.flatMap((each) =>
    each.operators.flatMap((operator, index): readonly Finding[] => {
      const nested = nestedGraphs(operator).flatMap(refusedByTvm);
      const message = graph.dialect === 'onnx' ? whyNotOnnx(operator) : whyNotTflite(each, operator);
      if (message === undefined) return nested;
      return [
        { code: 'unsupported-operator', severity: 'error', where: operatorPlace(operator, index), message },
        ...nested,
      ];
    }),
  );
}

/** TVM looks at the operator's name alone, whichever domain it is of. */
function whyNotOnnx({ type, domain }: Operator): string | undefined {
  if (onnx.has(type)) return undefined;
  const name = domain === '' || domain === 'ai.onnx' ? type : `${domain}.${type}`;
  return `TVM ${tvmVersion} does not import ${name.slice(0, 200)} from ONNX; replace it before the model is exported.`;
}

function whyNotTflite(graph: Graph, operator: Operator): string | undefined {
  const { type, domain } = operator;
  const name = type.slice(0, 200);
  const isDetection = domain === 'custom' && type === 'TFLite_Detection_PostProcess';
  if (domain === 'custom' && !isDetection) return `TVM ${tvmVersion} does not import the custom operator ${name}.`;
  if (!isDetection && !tflite.has(type)) return `TVM ${tvmVersion} does not import ${name} from TensorFlow Lite.`;
  const tensors = (ids: readonly (number | null)[]) =>
    ids.flatMap((id) => (id === null ? [] : (graph.tensors[id] ?? [])));
  const inputs = tensors(operator.inputs);
  const isInteger = [...inputs.slice(0, 1), ...tensors(operator.outputs)].some(isScaled);
  if (!isInteger && inputs.slice(1).some(isScaled))
    return `TVM ${tvmVersion} does not import ${name} with integer weights and floating-point data: convert the model with integers for both, or for neither.`;
  if (isInteger && !isDetection && !tfliteQuantised.has(type))
    return `TVM ${tvmVersion} imports ${name} in floating point only: keep it out of the quantised part of the model.`;
  return undefined;
}

const isScaled = (tensor: Graph['tensors'][number]): boolean =>
  tensor.quantization !== undefined && isQuantised(tensor);
