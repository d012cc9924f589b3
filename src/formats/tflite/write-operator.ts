import { UserError } from '../../errors.ts';
import type { Operator } from '../../graph/graph.ts';
import { optionsOf } from './attributes.ts';
import type { OperatorCode } from './extras.ts';
import { operatorExtras } from './extras.ts';
import type { OperatorCodeRecord, OperatorRecord } from './records.ts';
import { customCode, operatorCode, optionsPlace, placeholderCode, usualOptions } from './schema/operators.ts';
import { tableType } from './schema/schema.ts';

/** The record of an operator code. @throws UserError for a builtin operator that the format does not have */
export function operatorCodeRecord({ type, domain, version, customCode: custom }: OperatorCode): OperatorCodeRecord {
  const code = domain === 'custom' ? customCode : operatorCode(type);
  if (domain !== '' && domain !== 'custom') {
    throw new UserError(`The operator ${domain}.${type} is not one of TensorFlow Lite; convert the model first.`);
  }
  if (code === undefined) {
    throw new UserError(`TensorFlow Lite has no builtin operator ${type}; convert the model first.`);
  }
  const name = domain === 'custom' ? type : custom;
  return {
    deprecated_builtin_code: Math.min(code, placeholderCode),
    builtin_code: code,
    ...(name === undefined ? {} : { custom_code: name }),
    version,
  };
}

/** The record of an operator whose code is number `codeIndex`. @throws UserError for attributes that its options cannot hold */
export function operatorRecord(operator: Operator, codeIndex: number): OperatorRecord {
  const { options, customOptionsFormat, mutatingVariableInputs, debugMetadataIndex } = operatorExtras(operator);
  const { custom_options: custom, ...attributes } = operator.attributes;
  const usual = operator.domain === '' ? usualOptions(operator.type) : undefined;
  return {
    opcode_index: codeIndex,
    inputs: operator.inputs.map((id) => id ?? -1),
    outputs: operator.outputs.map((id) => id ?? -1),
    ...optionsRecord(operator, options === undefined ? usual : (options ?? undefined), attributes),
    ...(custom?.kind === 'bytes' ? { custom_options: custom.value } : {}),
    custom_options_format: customOptionsFormat ?? 0,
    ...(mutatingVariableInputs === undefined ? {} : { mutating_variable_inputs: mutatingVariableInputs.map(Number) }),
    ...(operator.intermediates === undefined ? {} : { intermediates: operator.intermediates }),
    large_custom_options_offset: 0,
    large_custom_options_size: 0,
    debug_metadata_index: debugMetadataIndex ?? -1,
  };
}

function optionsRecord(
  operator: Operator,
  table: string | undefined,
  attributes: Operator['attributes'],
): Pick<OperatorRecord, 'builtin_options' | 'builtin_options_2'> {
  const [first] = Object.keys(attributes);
  const where = `The operator "${operator.name}" (${operator.type})`;
  if (table === undefined) {
    if (first === undefined) return {};
    throw new UserError(`${where} has the attribute ${first} and TensorFlow Lite has no options for it.`);
  }
  const place = optionsPlace(table);
  if (place === undefined) throw new UserError(`${where} has options ${table}, which TensorFlow Lite does not have.`);
  const { options, unfit } = optionsOf(tableType(table), attributes);
  if (unfit.length > 0) {
    throw new UserError(`${where} has attributes that ${table} cannot hold: ${unfit.join(', ')}.`);
  }
  const union = { type: table, value: options };
  return place.union === 'BuiltinOptions' ? { builtin_options: union } : { builtin_options_2: union };
}
