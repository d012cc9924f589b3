import { parseSchema } from '../flatbuffer/schema.ts';
import { formatLimits } from '../limits.ts';
import facts from './schema.json' with { type: 'json' };

/** The schema of ONNX Runtime's format. */
export const ortSchema = parseSchema(facts, {
  longestVectors: {
    'Graph.initializers': formatLimits.tensors,
    'Graph.nodes': formatLimits.operators,
    'Tensor.dims': formatLimits.rank,
    'Shape.dim': formatLimits.rank,
  },
});
