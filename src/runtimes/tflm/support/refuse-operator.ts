import type { Graph, Operator, Tensor } from '../../../graph/graph.ts';
import { decodeOperator } from '../../../kernels/decode-format.ts';
import type { KernelBuild } from '../kernels.ts';
import type { RefusalCode } from './rule.ts';
import { nameOf, type Place } from './rule.ts';
import type { SupportRow } from './support-schema.ts';
import { supportOf, supportTable } from './support-table.ts';

/** Why an operator is refused, in a sentence. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
}

/** The first reason why TensorFlow Lite Micro refuses an operator, when it loads the model or at its first inference; `undefined` when it runs. */
export function refuseOperator(
  graph: Graph,
  operator: Operator,
  graphs: readonly Graph[],
  library: KernelBuild['library'] = 'cmsis-nn',
): Refusal | undefined {
  const { type, domain } = operator;
  const isDecode = domain === 'custom' && type === decodeOperator;
  if (domain === 'custom' && !isDecode) return refuseCustom(type);
  const support = supportOf(type, library);
  if (support === undefined) {
    return { code: 'unsupported-operator', message: `TensorFlow Lite Micro has no kernel for ${type}.` };
  }
  if (!isDecode && operator.attributes.custom_options !== undefined) {
    return {
      code: 'unsupported-option',
      message: `TensorFlow Lite Micro takes custom options for custom operators only; here ${type} has some.`,
    };
  }
  const place: Place = {
    row: support.row,
    graph,
    operator,
    graphs,
    tensors: (name) => tensorsOf(graph, operator, support.row, name),
  };
  for (const { code, must, fails } of support.rules) {
    const found = fails(place);
    if (found !== undefined) {
      return { code, message: `${type} ${must} in TensorFlow Lite Micro; here ${found}.` };
    }
  }
  return undefined;
}

function refuseCustom(type: string): Refusal {
  const known = supportTable.custom.find(({ name }) => name === type);
  const needs = known?.needs === undefined ? '' : `, and needs ${known.needs}`;
  return {
    code: 'unsupported-operator',
    message:
      known === undefined
        ? `TensorFlow Lite Micro has no kernel for the custom operator "${type}".`
        : `The custom operator "${type}" (${known.title}) runs only on firmware that registers it with ${known.register}${needs}; the built-in operators do not include it.`,
  };
}

function tensorsOf(graph: Graph, operator: Operator, row: SupportRow, name: string): readonly Tensor[] {
  return [
    ...tensorsOnSide(graph, operator.inputs, row.inputs, name),
    ...tensorsOnSide(graph, operator.outputs, row.outputs, name),
  ];
}

function tensorsOnSide(
  graph: Graph,
  ids: readonly (number | null)[],
  entries: readonly string[],
  name: string,
): readonly Tensor[] {
  const position = entries.findIndex((entry) => nameOf(entry) === name);
  if (position < 0) return [];
  const end = entries[position]?.endsWith('...') ? ids.length : position + 1;
  return ids.slice(position, end).flatMap((id) => {
    const tensor = id === null ? undefined : graph.tensors[id];
    return tensor === undefined ? [] : [tensor];
  });
}
