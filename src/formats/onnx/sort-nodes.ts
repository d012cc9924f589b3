import { UserError } from '../../errors.ts';
import { usedNames } from './free-names.ts';
import type { NodeProto } from './messages.ts';

/**
 * The nodes in an order in which each comes after what it needs: the file's own wherever that is one already, else each node is preceded by
 * what it waits for. Linear time, no recursion.
 * @throws UserError naming a node of a cycle
 */
export function sortNodes(nodes: readonly NodeProto[], label: string): readonly NodeProto[] {
  const producer = new Map<string, number>();
  nodes.forEach((node, index) => {
    for (const name of node.output ?? []) if (name !== '') producer.set(name, index);
  });
  const needs = nodes.map((node) =>
    usedNames(node)
      .map((name) => producer.get(name))
      .filter((index) => index !== undefined),
  );
  const state = new Uint8Array(nodes.length);
  const [waiting, done] = [1, 2];
  const sorted: NodeProto[] = [];
  const cursor = new Uint32Array(nodes.length);
  for (let root = 0; root < nodes.length; root++) {
    const stack = state[root] === done ? [] : [root];
    while (stack.length > 0) {
      const index = stack[stack.length - 1] as number;
      state[index] = waiting;
      const next = (needs[index] as readonly number[])[cursor[index] as number];
      if (next === undefined) {
        state[index] = done;
        sorted.push(nodes[index] as NodeProto);
        stack.pop();
        continue;
      }
      cursor[index] = (cursor[index] as number) + 1;
      if (state[next] === waiting) {
        const name = nodes[next]?.name || nodes[next]?.output?.[0] || nodes[next]?.opType;
        throw new UserError(
          `${label}: node ${JSON.stringify(name ?? '')} waits for its own output, so the graph cannot run; export the model again.`,
        );
      }
      if (state[next] !== done) stack.push(next);
    }
  }
  return sorted;
}
