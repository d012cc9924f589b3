import { parseSchema } from '../../flatbuffer/schema.ts';
import { formatLimits } from '../../limits.ts';
import facts from './schema.json' with { type: 'json' };

/** The schema of TensorFlow Lite. */
export const tfliteSchema = parseSchema(facts, {
  // `operators.ts` names them.
  asNumbers: { BuiltinOperator: 'int' },
  longestVectors: {
    'Model.operator_codes': formatLimits.entries,
    'Model.subgraphs': formatLimits.subgraphs,
    'Model.buffers': formatLimits.buffers,
    'Model.metadata_buffer': formatLimits.entries,
    'Model.metadata': formatLimits.entries,
    'Model.signature_defs': formatLimits.entries,
    'Model.external_buffer_groups': formatLimits.entries,
    'Model.external_buffers': formatLimits.buffers,
    'SubGraph.tensors': formatLimits.tensors,
    'SubGraph.operators': formatLimits.operators,
    'Tensor.shape': formatLimits.rank,
    'Tensor.shape_signature': formatLimits.rank,
  },
  neverShared: new Set([
    'Model',
    'SubGraph',
    'Tensor',
    'Operator',
    'OperatorCode',
    'Buffer',
    'Metadata',
    'SignatureDef',
  ]),
});

export const { enumType, tables, tableType, unions } = tfliteSchema;
