import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  builtinOperators,
  operatorCode,
  operatorName,
  optionsPlace,
  usualOptions,
} from '../../../src/formats/tflite/schema/operators.ts';
import facts from '../../../src/formats/tflite/schema/schema.json' with { type: 'json' };
import { enumType, tables, tableType, unions } from '../../../src/formats/tflite/schema/schema.ts';
import { dataTypeOf, tensorTypeOf } from '../../../src/formats/tflite/tensor-types.ts';

const file = z.strictObject({
  source: z.string().min(20),
  operators: z.array(z.string().regex(/^[A-Z0-9_]+(: \w+Options)?$/)),
  enums: z.record(
    z.string(),
    z.strictObject({ base: z.enum(['byte', 'ubyte', 'int', 'uint']), values: z.array(z.string().min(1)).min(1) }),
  ),
  unions: z.record(z.string(), z.array(z.string()).min(2)),
  tables: z.record(
    z.string(),
    z.array(z.string().regex(/^[a-z]\w*: (\w+|\[\w+\])( = \S+)?( \((align (4|16)|deprecated)\))?$/)),
  ),
});

describe('schema.json', () => {
  it('has the form that its readers expect', () => {
    expect(file.safeParse(facts).error).toBeUndefined();
  });

  it('names no table, union member or options table that it does not have', () => {
    const named = [...tables.values()].flatMap(({ fields }) =>
      fields.flatMap(({ type }) => {
        const element = type.kind === 'vector' ? type.element : type;
        return element.kind === 'table' ? [element.table] : [];
      }),
    );
    const members = [...unions.values()].flatMap((list) => list.slice(1));
    const options = builtinOperators.flatMap((name) => usualOptions(name) ?? []);
    expect([...named, ...members, ...options].filter((name) => !tables.has(name))).toEqual([]);
    expect(options.filter((name) => optionsPlace(name) === undefined)).toEqual([]);
  });

  it('has only defaults that are numbers', () => {
    const odd = [...tables.values()].flatMap(({ fields }) => fields.filter(({ fallback }) => !(fallback >= -1)));
    expect(odd).toEqual([]);
  });

  // Spot checks against the schema itself (slots are the vtable offset of generated code: 4 + 2 * slot).
  it.each([
    ['Conv2DOptions', 'dilation_w_factor', 4, 1],
    ['BidirectionalSequenceLSTMOptions', 'time_major', 4, 1],
    ['AddOptions', 'pot_scale_int16', 1, 1],
    ['UniqueOptions', 'idx_out_type', 0, 2],
    ['QuantizationParameters', 'quantized_dimension', 6, 0],
    ['Operator', 'builtin_options_2', 11, 0],
    ['Operator', 'debug_metadata_index', 13, -1],
    ['Tensor', 'external_buffer', 10, 0],
    ['OperatorCode', 'version', 2, 1],
  ])('%s.%s is at slot %i and is %i by default', (table, field, slot, fallback) => {
    expect(tableType(table).fields.find(({ name }) => name === field)).toMatchObject({ slot, fallback });
  });

  it.each([
    ['CONV_2D', 3, 'Conv2DOptions'],
    ['CUSTOM', 32, undefined],
    ['MEAN', 40, 'ReducerOptions'],
    ['PLACEHOLDER_FOR_GREATER_OP_CODES', 127, undefined],
    ['GELU', 150, 'GeluOptions'],
    ['STABLEHLO_COMPOSITE', 206, 'StableHLOCompositeOptions'],
    ['STABLEHLO_CASE', 209, 'StablehloCaseOptions'],
  ])('%s is %i, with %s', (name, code, options) => {
    expect([operatorCode(name), operatorName(code), usualOptions(name)]).toEqual([code, name, options]);
  });

  it('has an element type for every tensor type, and back', () => {
    const types = enumType('TensorType').values;
    expect(types.map((type) => tensorTypeOf(dataTypeOf(type) ?? 'unknown'))).toEqual(types);
  });
});
