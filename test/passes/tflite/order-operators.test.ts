import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Graph } from '../../../src/graph/graph.ts';
import { liveness } from '../../../src/graph/liveness.ts';
import { orderOperators } from '../../../src/passes/tflite/order-operators.ts';
import { network } from './network.ts';

const peak = (graph: Graph) => liveness(graph).lowerBound;
const names = (graph: Graph) => graph.operators.map(({ name }) => name);

/** Two branches that are large inside, both begun before either ends. */
function branches(): Graph {
  const net = network();
  const input = net.input([4]);
  const a = net.layer('TILE', [input], [100]);
  const c = net.layer('TILE', [input], [100]);
  const b = net.layer('SLICE', [a], [4]);
  const d = net.layer('SLICE', [c], [4]);
  return net.graph([input], [net.layer('ADD', [b, d], [4])]);
}

/** A random graph: each operator reads up to three tensors that are there already. */
const anyGraph = fc
  .array(
    fc.record({ bytes: fc.integer({ min: 1, max: 50 }), reads: fc.array(fc.nat(100), { minLength: 1, maxLength: 3 }) }),
    {
      minLength: 1,
      maxLength: 7,
    },
  )
  .map((layers) => {
    const net = network();
    const ids = [net.input([10])];
    for (const { bytes, reads } of layers) {
      ids.push(net.layer('ADD_N', [...new Set(reads.map((read) => ids[read % ids.length] ?? 0))], [bytes]));
    }
    return net.graph(ids.slice(0, 1), ids.slice(-1));
  });

describe('orderOperators', () => {
  it('ends one branch before the other begins', () => {
    const graph = branches();
    const ordered = orderOperators(graph);
    expect(peak(graph)).toBe(204);
    expect(peak(ordered)).toBe(108);
    expect([...names(ordered)].sort()).toEqual([...names(graph)].sort());
  });

  it('keeps a graph that no order makes smaller', () => {
    const graph = orderOperators(branches());
    expect(orderOperators(graph)).toBe(graph);
  });

  it('keeps effects in their order', () => {
    const graph = branches();
    const custom = graph.operators.map((operator) => ({ ...operator, domain: 'custom' }));
    const effectful = { ...graph, operators: custom };
    expect(orderOperators(effectful)).toBe(effectful);
  });

  it('heeds what operators need besides their tensors', () => {
    const graph = branches();
    // The first operator alone needs more than any order could save.
    const needs = { tensor: () => 1, operator: (index: number) => (index === 0 ? 1000 : 0) };
    expect(orderOperators(graph, needs).operators).toEqual(graph.operators);
  });

  it('finds the best of all orders of small graphs, and every operator runs after what it reads', () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const ordered = orderOperators(graph);
        const written = new Set(graph.inputs);
        for (const { inputs, outputs } of ordered.operators) {
          for (const id of inputs) expect(id === null || written.has(id)).toBe(true);
          for (const id of outputs) if (id !== null) written.add(id);
        }
        expect(ordered.operators).toHaveLength(graph.operators.length);
        expect(peak(ordered)).toBe(Math.min(...allOrders(graph).map(peak)));
      }),
      { numRuns: 100 },
    );
  });

  it('leaves models with several subgraphs alone', () => {
    const graph = { ...branches(), subgraphs: [branches()] };
    expect(orderOperators(graph)).toBe(graph);
  });
});

function allOrders(graph: Graph): readonly Graph[] {
  const grow = (ran: readonly number[], written: ReadonlySet<number>): readonly (readonly number[])[] => {
    if (ran.length === graph.operators.length) return [ran];
    return graph.operators.flatMap(({ inputs, outputs }, index) => {
      if (ran.includes(index) || inputs.some((id) => id !== null && !written.has(id))) return [];
      return grow([...ran, index], new Set([...written, ...outputs.flatMap((id) => id ?? [])]));
    });
  };
  return grow([], new Set(graph.inputs)).map((order) => ({
    ...graph,
    operators: order.flatMap((index) => graph.operators[index] ?? []),
  }));
}
