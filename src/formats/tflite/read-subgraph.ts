import { isConstant } from '../../graph/access.ts';
import type { Graph, TensorId } from '../../graph/graph.ts';
import { DamageError } from '../flatbuffer/bytes.ts';
import type { SubgraphExtras } from './extras.ts';
import { readOperator } from './read-operator.ts';
import { readTensor } from './read-tensor.ts';
import type { Reading } from './reading.ts';
import { at, indexBelow, mapAt } from './reading.ts';
import type { SubGraphRecord } from './records.ts';

/** A subgraph of the file. @throws DamageError where it refers to what it does not have, or reads tensors before they are made */
export function readSubgraph(reading: Reading, record: SubGraphRecord): Graph {
  const { decoding } = reading;
  const tensors = mapAt(decoding, 'tensors', record.tensors, (tensor) => readTensor(reading, tensor));
  const operators = mapAt(decoding, 'operators', record.operators, (operator) =>
    readOperator(reading, operator, tensors),
  );
  const ends = (field: 'inputs' | 'outputs'): readonly TensorId[] =>
    at(decoding, [field], () => (record[field] ?? []).map((id) => indexBelow(tensors.length, id, 'tensor')));
  const extras: SubgraphExtras =
    record.debug_metadata_index === -1 ? {} : { debugMetadataIndex: record.debug_metadata_index };
  const graph: Graph = {
    dialect: 'tflite',
    name: record.name ?? '',
    tensors,
    operators,
    inputs: ends('inputs'),
    outputs: ends('outputs'),
    subgraphs: [],
    captures: [],
    notes: [],
    extras,
  };
  checkOrder(graph);
  return graph;
}

/** Runtimes run the operators as they are listed. @throws DamageError when one reads what only a later one makes */
function checkOrder(graph: Graph): void {
  const maker = new Map<TensorId, number>();
  graph.operators.forEach((operator, index) => {
    for (const id of operator.outputs) if (id !== null && !maker.has(id)) maker.set(id, index);
  });
  for (const id of graph.inputs) maker.delete(id);
  graph.operators.forEach((operator, index) => {
    for (const id of operator.inputs) {
      const made = id === null ? undefined : maker.get(id);
      const tensor = id === null ? undefined : graph.tensors[id];
      if (made === undefined || tensor === undefined || made <= index) continue;
      if (isConstant(tensor) || tensor.variable === true) continue;
      throw new DamageError(`has operator ${index} read tensor ${id} before operator ${made} makes it`);
    }
  });
}
