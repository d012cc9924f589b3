import { intAttribute, stringAttribute } from '../access.ts';
import type { Dimension } from '../graph.ts';
import { fact } from './fact.ts';
import { type Rule, type Rules, shapeOf, typeOf } from './node.ts';

/** `X` is [sequence, batch, input], or with `layout` 1 [batch, sequence, input]; outputs are the whole sequence, the last hidden state, and the last cell state. */
const recurrent: Rule = (node) => {
  const dtype = typeOf(node, 0);
  const batchFirst = intAttribute(node.operator, 'layout', 0) !== 0;
  const [first, second] = shapeOf(node, 0) ?? ['?', '?'];
  const [sequence, batch] = batchFirst ? [second ?? '?', first ?? '?'] : [first ?? '?', second ?? '?'];
  const hidden: Dimension =
    node.operator.attributes.hidden_size === undefined
      ? (shapeOf(node, 2)?.[2] ?? '?')
      : intAttribute(node.operator, 'hidden_size', 0);
  const directions = stringAttribute(node.operator, 'direction', 'forward') === 'bidirectional' ? 2 : 1;
  const whole = batchFirst ? [batch, sequence, directions, hidden] : [sequence, directions, batch, hidden];
  const last = batchFirst ? [batch, directions, hidden] : [directions, batch, hidden];
  return [fact(dtype, whole), fact(dtype, last), fact(dtype, last)];
};

/** Recurrent layers. */
export const recurrentRules: Rules = {
  LSTM: recurrent,
  GRU: recurrent,
  RNN: recurrent,
  'com.microsoft:DynamicQuantizeLSTM': recurrent,
};
