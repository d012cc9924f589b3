import { describe, expect, it } from 'vitest';
import type { Graph, Operator, Tensor } from '../../src/graph/graph.ts';
import { openInterpreter } from '../../src/kernels/run-graph.ts';
import { tfliteGraph, tfliteOperator } from '../support/tflite-models.ts';

const float = (name: string, data?: number): Tensor => ({
  name,
  dtype: 'float32',
  shape: [1],
  ...(data === undefined ? {} : { data: new Uint8Array(Float32Array.of(data).buffer) }),
});
const handle: Tensor = { name: 'handle', dtype: 'resource', shape: [1] };
const flag = (name: string): Tensor => ({ name, dtype: 'bool', shape: [1] });
const int = (value: number) => ({ kind: 'int', value }) as const;
const text = (value: string) => ({ kind: 'string', value }) as const;

/** A subgraph of one operator on a value and a constant. */
function withConstant(type: string, constant: number, result: Tensor): Graph {
  return tfliteGraph({
    tensors: [float('x'), float('constant', constant), result],
    operators: [tfliteOperator(type, { inputs: [0, 1], outputs: [2] })],
    inputs: [0],
    outputs: [2],
  });
}

describe('operators that run subgraphs', () => {
  it('IF runs the branch that the condition names', () => {
    const { run } = openInterpreter(
      tfliteGraph({
        tensors: [flag('condition'), float('x'), float('y')],
        operators: [
          tfliteOperator('IF', {
            inputs: [0, 1],
            outputs: [2],
            attributes: { then_subgraph_index: int(1), else_subgraph_index: int(2) },
          }),
        ],
        inputs: [0, 1],
        outputs: [2],
        subgraphs: [withConstant('ADD', 10, float('sum')), withConstant('DIV', 2, float('half'))],
      }),
    );
    expect(run([Uint8Array.of(1), Float32Array.of(4)])).toEqual([Float32Array.of(14)]);
    expect(run([Uint8Array.of(0), Float32Array.of(4)])).toEqual([Float32Array.of(2)]);
  });

  it('WHILE runs the body on its own results until the condition fails', () => {
    const { run } = openInterpreter(
      tfliteGraph({
        tensors: [float('x'), float('y')],
        operators: [
          tfliteOperator('WHILE', {
            inputs: [0],
            outputs: [1],
            attributes: { cond_subgraph_index: int(1), body_subgraph_index: int(2) },
          }),
        ],
        inputs: [0],
        outputs: [1],
        subgraphs: [withConstant('LESS', 10, flag('less')), withConstant('ADD', 3, float('sum'))],
      }),
    );
    expect(run([Float32Array.of(2)])).toEqual([Float32Array.of(11)]);
    expect(run([Float32Array.of(20)])).toEqual([Float32Array.of(20)]);
  });

  it('a WHILE that has no end is refused, in each invocation anew', () => {
    const { run } = openInterpreter(
      tfliteGraph({
        tensors: [float('x'), float('y')],
        operators: [
          tfliteOperator('WHILE', {
            inputs: [0],
            outputs: [1],
            attributes: { cond_subgraph_index: int(1), body_subgraph_index: int(2) },
          }),
        ],
        inputs: [0],
        outputs: [1],
        subgraphs: [withConstant('LESS', 10, flag('less')), withConstant('MUL', 1, float('same'))],
      }),
    );
    expect(() => run([Float32Array.of(2)])).toThrow(/^One inference takes more than the work of .* may have no end/);
    expect(run([Float32Array.of(20)])).toEqual([Float32Array.of(20)]);
  });

  it('refuses a branch whose tensors do not match, with the operator’s place', () => {
    const graph = tfliteGraph({
      tensors: [flag('condition'), float('x'), flag('y')],
      operators: [
        tfliteOperator('IF', {
          inputs: [0, 1],
          outputs: [2],
          attributes: { then_subgraph_index: int(1), else_subgraph_index: int(1) },
        }),
      ],
      inputs: [0, 1],
      outputs: [2],
      subgraphs: [withConstant('ADD', 10, float('sum'))],
    });
    expect(() => openInterpreter(graph)).toThrow('operator 0 (IF): ');
  });
});

describe('resource variables', () => {
  const variable = (outputs: readonly number[]): Operator =>
    tfliteOperator('VAR_HANDLE', { outputs, attributes: { container: text(''), shared_name: text('total') } });
  /** Adds its input to a variable and gives the sum. */
  const accumulator = (first: readonly Operator[], subgraphs: readonly Graph[]): Graph =>
    tfliteGraph({
      tensors: [float('x'), handle, float('before'), float('after')],
      operators: [
        ...first,
        variable([1]),
        tfliteOperator('READ_VARIABLE', { inputs: [1], outputs: [2] }),
        tfliteOperator('ADD', { inputs: [0, 2], outputs: [3] }),
        tfliteOperator('ASSIGN_VARIABLE', { inputs: [1, 3] }),
      ],
      inputs: [0],
      outputs: [3],
      subgraphs,
    });

  it('keep their content over invocations, from 0 and again from there after a reset', () => {
    const { run, reset } = openInterpreter(accumulator([], []));
    expect(run([Float32Array.of(2)])).toEqual([Float32Array.of(2)]);
    expect(run([Float32Array.of(3)])).toEqual([Float32Array.of(5)]);
    reset();
    expect(run([Float32Array.of(1)])).toEqual([Float32Array.of(1)]);
  });

  it('are set at the first invocation by CALL_ONCE', () => {
    const initial = tfliteGraph({
      tensors: [handle, float('start', 100)],
      operators: [variable([0]), tfliteOperator('ASSIGN_VARIABLE', { inputs: [0, 1] })],
    });
    const once = tfliteOperator('CALL_ONCE', { attributes: { init_subgraph_index: int(1) } });
    const { run } = openInterpreter(accumulator([once], [initial]));
    expect(run([Float32Array.of(2)])).toEqual([Float32Array.of(102)]);
    expect(run([Float32Array.of(3)])).toEqual([Float32Array.of(105)]);
  });
});
