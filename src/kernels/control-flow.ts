import { intAttribute } from '../graph/access.ts';
import { accept } from './accept.ts';
import type { Kernel, Node, Subgraph } from './kernel.ts';
import { input, output, refuse } from './refuse.ts';
import { copying } from './reshape.ts';
import type { Value } from './values.ts';

/** IF: runs one of two subgraphs on the inputs after the condition. */
export const ifElse: Kernel = (node) => {
  const condition = input(node, 0);
  accept(node, condition, 'bool');
  const operands = node.inputs.map((_, index) => input(node, index)).slice(1);
  const results = node.outputs.map((_, index) => output(node, index));
  const [then, otherwise] = ['then_subgraph_index', 'else_subgraph_index'].map((name) => {
    const branch = subgraphOf(node, name);
    const give = copies(node, operands, branch.inputs);
    const take = copies(node, branch.outputs, results);
    return () => {
      give();
      branch.run();
      take();
    };
  }) as [() => void, () => void];
  return () => (condition.values[0] === 0 ? otherwise : then)();
};

/** WHILE: runs the body on its own results for as long as the condition's subgraph says so. */
export const whileLoop: Kernel = (node) => {
  const condition = subgraphOf(node, 'cond_subgraph_index');
  const body = subgraphOf(node, 'body_subgraph_index');
  const operands = node.inputs.map((_, index) => input(node, index));
  const results = node.outputs.map((_, index) => output(node, index));
  const holds = condition.outputs[0] ?? refuse(node, 'the condition has no output');
  accept(node, holds, 'bool');
  const start = copies(node, operands, results);
  const ask = copies(node, results, condition.inputs);
  const give = copies(node, results, body.inputs);
  const take = copies(node, body.outputs, results);
  return () => {
    start();
    ask();
    condition.run();
    while (holds.values[0] !== 0) {
      give();
      body.run();
      take();
      ask();
      condition.run();
    }
  };
};

/** CALL_ONCE: runs a subgraph at the first invocation, and again at the first after a reset (the device's own reset does not run it again). */
export const callOnce: Kernel = (node) => {
  const initial = subgraphOf(node, 'init_subgraph_index');
  let done = false;
  node.onReset(() => {
    done = false;
  });
  return () => {
    if (!done) initial.run();
    done = true;
  };
};

function subgraphOf(node: Node, attribute: string): Subgraph {
  return node.subgraph(intAttribute(node.operator, attribute, -1));
}

/** A run that copies tensors one by one. @throws UserError when they do not match */
function copies(node: Node, from: readonly Value[], to: readonly Value[]): () => void {
  if (from.length !== to.length) refuse(node, `a subgraph has ${to.length} tensors where ${from.length} are given`);
  const runs = from.map((value, index) => {
    const target = to[index] as Value;
    if (value.dtype !== target.dtype || value.values.length !== target.values.length) {
      refuse(node, `"${value.name}" does not match the subgraph's "${target.name}"`);
    }
    return copying(value.values, target.values);
  });
  return () => {
    for (const run of runs) run();
  };
}
