import { describe, expect, it } from 'vitest';
import { capturedNames, consumers, mapNestedGraphs, nestedGraphs, producers } from '../../src/graph/traversal.ts';
import { nested, onnxGraph } from '../support/onnx-graphs.ts';

/** An `If` whose branch uses `h` of the outer graph, inside another `If` that does not mention it. */
function captured() {
  const innermost = onnxGraph();
  const inner = innermost.build(innermost.op('Neg', [innermost.capture('h')], { outputs: ['n'] }));
  const middle = onnxGraph();
  const condition = middle.capture('c');
  const branch = middle.build(
    middle.op('If', [condition], { attributes: { then_branch: nested(inner), else_branch: nested(inner) } }),
  );
  const outer = onnxGraph();
  const x = outer.input('x', [2]);
  const c = outer.input('c', [], 'bool');
  const h = outer.op('Relu', [x], { outputs: ['h'] });
  const y = outer.op('If', [c], { attributes: { then_branch: nested(branch), else_branch: nested(branch) } });
  return { graph: outer.build(y), x, c, h, y };
}

describe('traversal', () => {
  it('finds who computes a tensor', () => {
    const { graph, x, h, y } = captured();
    const computed = producers(graph);
    expect([computed.get(x), computed.get(h), computed.get(y)]).toEqual([undefined, 0, 1]);
  });

  it('counts what a graph inside an operator uses, at any depth, as the operator’s own use', () => {
    const { graph, x, c, h, y } = captured();
    const users = consumers(graph);
    expect(users.get(x)).toEqual([0]);
    expect(users.get(h)).toEqual([1]);
    expect(users.get(c)).toEqual([1]);
    expect(users.get(y)).toBeUndefined();
    expect([...capturedNames(graph.operators[1] as never)].sort()).toEqual(['c', 'h']);
  });

  it('names an operator once although it uses a tensor twice', () => {
    const builder = onnxGraph();
    const x = builder.input('x', [1]);
    const graph = builder.build(builder.op('Mul', [x, x]));
    expect(consumers(graph).get(x)).toEqual([0]);
  });

  it('replaces nested graphs, and gives the very operator back when nothing changes', () => {
    const operator = captured().graph.operators[1];
    if (operator === undefined) throw new Error('no operator');
    expect(mapNestedGraphs(operator, (graph) => graph)).toBe(operator);
    const renamed = mapNestedGraphs(operator, (graph) => ({ ...graph, name: 'new' }));
    expect(nestedGraphs(renamed).map(({ name }) => name)).toEqual(['new', 'new']);
  });
});
