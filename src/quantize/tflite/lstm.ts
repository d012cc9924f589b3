import type { Operator } from '../../graph/graph.ts';
import type { Rewriting } from './rewrite.ts';

export function integerLstm(_rewriting: Rewriting, operator: Operator, _index: number): Operator {
  return operator;
}
