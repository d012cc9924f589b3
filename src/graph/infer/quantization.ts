import { fact } from './fact.ts';
import { one, type Rule, type Rules, shapeOf, typeAttribute, typeOf } from './node.ts';

const quantizeLinear: Rule = (node) => {
  const named = typeAttribute(node.operator, 'output_dtype', 'uint8');
  return one(node.inputs[2] === undefined ? named : typeOf(node, 2), shapeOf(node, 0));
};

/** The result has the scale's type (opset 19: also float16 and bfloat16). */
const dequantizeLinear: Rule = (node) =>
  one(typeAttribute(node.operator, 'output_dtype', typeOf(node, 1)), shapeOf(node, 0));

const dynamicQuantizeLinear: Rule = (node) => [fact('uint8', shapeOf(node, 0)), fact('float32', []), fact('uint8', [])];

/** Changes between real and quantised numbers; quantised convolutions and products are with their float kin. */
export const quantizationRules: Rules = {
  QuantizeLinear: quantizeLinear,
  'com.microsoft:QuantizeLinear': quantizeLinear,
  DequantizeLinear: dequantizeLinear,
  'com.microsoft:DequantizeLinear': dequantizeLinear,
  DynamicQuantizeLinear: dynamicQuantizeLinear,
};
