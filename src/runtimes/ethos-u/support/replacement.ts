import { ownEntry } from '../../../graph/own.ts';

/** What to use in place of operator types that no or not every Ethos-U has. */
const replacements: Readonly<Record<string, string>> = {
  DEQUANTIZE: 'Leave it out: let the model end in int8 and multiply by the scale in the application.',
  CAST: 'Leave it out, or requantise (QUANTIZE) between integer types instead.',
  DIV: 'Multiply by the reciprocal, or fold the constant into the weights before it.',
  SVDF: 'Use a FULLY_CONNECTED and a DEPTHWISE_CONV_2D over the time axis, which compute the same.',
  SHAPE: 'Export the model with fixed shapes, so that shape arithmetic folds away.',
  REVERSE_SEQUENCE: 'Reverse the sequence in the application.',
  BATCH_TO_SPACE_ND: 'Use a dilated convolution in place of SPACE_TO_BATCH_ND, a convolution and BATCH_TO_SPACE_ND.',
  SPACE_TO_BATCH_ND: 'Use a dilated convolution in place of SPACE_TO_BATCH_ND, a convolution and BATCH_TO_SPACE_ND.',
  SPACE_TO_DEPTH: 'Use a convolution with the same stride, or RESHAPE and TRANSPOSE.',
  DEPTH_TO_SPACE: 'Use TRANSPOSE_CONV with stride 2, or RESHAPE and TRANSPOSE.',
  SQRT: 'Use a table (LOGISTIC, TANH and EXP have one), or leave the root to the application.',
  SQUARE: 'Multiply the tensor by itself (MUL).',
  POW: 'Multiply the tensor by itself (MUL).',
  ELU: 'Use RELU, LEAKY_RELU or HARD_SWISH.',
  L2_NORMALIZATION: 'Leave the normalisation to the application.',
  LOG_SOFTMAX: 'Use SOFTMAX, and take the logarithm in the application.',
  ADD_N: 'Add two tensors at a time (ADD).',
  L2_POOL_2D: 'Use AVERAGE_POOL_2D.',
  TOPK_V2: 'Pick the best scores in the application.',
  NON_MAX_SUPPRESSION_V4: 'Suppress boxes in the application, after the model.',
  NON_MAX_SUPPRESSION_V5: 'Suppress boxes in the application, after the model.',
  TFLite_Detection_PostProcess: 'Suppress boxes in the application, after the model.',
  GATHER: 'Use SLICE or SPLIT where the indices are constant and adjacent.',
  EMBEDDING_LOOKUP: 'Look the embedding up in the application.',
  CUMSUM: 'Multiply by a triangular matrix (FULLY_CONNECTED).',
};

/** One sentence: what to do instead of an operator type that the NPU has not. */
export function replacementOf(type: string): string {
  return (
    ownEntry(replacements, type) ??
    'Replace it by operators that the NPU takes, or move it to the start or the end of the model, where it costs no round trip.'
  );
}
