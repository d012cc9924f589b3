import type { DataType } from '../graph/data-type.ts';
import type { Graph } from '../graph/graph.ts';
import { factsOf } from '../graph/infer/propagate.ts';
import { edit, hasType } from './edit.ts';
import { producerOf } from './match.ts';

/** Types whose every value each type holds exactly. */
const holds: Readonly<Partial<Record<DataType, readonly DataType[]>>> = {
  float64: ['float32', 'float16', 'bfloat16', 'int32', 'int16', 'int8', 'uint32', 'uint16', 'uint8', 'bool'],
  float32: ['float16', 'bfloat16', 'int16', 'int8', 'uint16', 'uint8', 'bool'],
  int64: ['int32', 'int16', 'int8', 'uint32', 'uint16', 'uint8', 'bool'],
  int32: ['int16', 'int8', 'uint16', 'uint8', 'bool'],
  int16: ['int8', 'uint8', 'bool'],
};

/**
 * A cast over a type that holds every value of the first is one cast.
 *
 * ```
 *   x (int8) ─▶ Cast(int32) ─▶ Cast(float32) ─▶ y          x (int8) ─▶ Cast(float32) ─▶ y
 * ```
 */
export function mergeCasts(graph: Graph): Graph {
  if (!hasType(graph, 'Cast')) return graph;
  const facts = factsOf(graph);
  const rewriting = edit(graph);
  for (const [index, operator] of rewriting.operators()) {
    const before = operator.type === 'Cast' ? producerOf(rewriting, operator.inputs[0], 'Cast')?.[1] : undefined;
    const source = before?.inputs[0];
    if (before === undefined || source === null || source === undefined) continue;
    const from = facts.get(source)?.dtype;
    const over = facts.get(operator.inputs[0] ?? -1)?.dtype;
    if (from === undefined || over === undefined || !holds[over]?.includes(from)) continue;
    rewriting.replace(index, { ...operator, inputs: [source] });
  }
  return rewriting.finish();
}
