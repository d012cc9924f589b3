/** What a runtime demands of int8 as QuantizeLinear and DequantizeLinear write it. */
export interface QdqRules {
  /** `symmetric`: the zero point is 0 throughout. */
  readonly activations: 'asymmetric' | 'symmetric';
  /** `powers-of-two`: the device shifts where others multiply. */
  readonly scales: 'any' | 'powers-of-two';
  /** One scale per output channel of a layer's weights, or one for all. */
  readonly weights: 'per-channel' | 'per-tensor';
  /** Bits of a bias, an integer at the scale of input times weights; `float`: it stays as it is, without Q and DQ. */
  readonly bias: 'float' | 20 | 32;
  /** Types of operators that apply a Relu or Clip behind them as they compute: nothing is quantised in between. */
  readonly fusing: ReadonlySet<string>;
  /** True where matrix products and transposed convolutions give integers too, at the end of the graph as well. */
  readonly allResults: boolean;
}

/**
 * ONNX Runtime's CPU provider (`core/optimizer/qdq_transformer`): asymmetric activations, int32 biases. It has no integer kernel for a Relu behind a layer, but needs none:
 * integers saturate where the Relu would cut.
 */
export const onnxRuntimeRules: QdqRules = {
  activations: 'asymmetric',
  scales: 'any',
  weights: 'per-channel',
  bias: 32,
  fusing: new Set(['Conv', 'Gemm', 'MatMul', 'Add', 'ConvTranspose']),
  allResults: false,
};
