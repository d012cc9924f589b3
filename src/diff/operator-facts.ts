import facts from './onnx-operators.json' with { type: 'json' };

interface OnnxOperator {
  /** Opset versions that brought a new form of the operator, ascending. */
  readonly versions: readonly number[];
  /** Declared defaults of its attributes, from a version on; ascending. */
  readonly defaults?: readonly { readonly since: number; readonly values: Readonly<Record<string, DefaultValue>> }[];
  /** Inputs that were attributes of that name in other versions, by position. */
  readonly inputs?: Readonly<Record<string, number>>;
}
type DefaultValue = number | string | readonly number[] | readonly string[];

const operators: ReadonlyMap<string, OnnxOperator> = new Map(Object.entries<OnnxOperator>(facts.operators));

/** The declared defaults of an ai.onnx operator's attributes in an opset. */
export function onnxDefaults(type: string, opset: number): Readonly<Record<string, DefaultValue>> {
  return operators.get(type)?.defaults?.findLast(({ since }) => since <= opset)?.values ?? {};
}

/** The opset that brought the form of an ai.onnx operator that holds in `opset`; `undefined` for operators that are not known. */
export function onnxFormOf(type: string, opset: number): number | undefined {
  return operators.get(type)?.versions.findLast((since) => since <= opset);
}

/** The attribute that an input of an ai.onnx operator was in other opsets: `axes` for the second of `Squeeze`. */
export function onnxSettingAt(type: string, position: number): string | undefined {
  return Object.entries(operators.get(type)?.inputs ?? {}).find(([, at]) => at === position)?.[0];
}

/** Operators that compute nothing. */
export const passive = /^(Identity|Dropout)$/;

/** Operators that only write numbers in another form. */
export const converting = /^(QuantizeLinear|DequantizeLinear|DynamicQuantizeLinear|QUANTIZE|DEQUANTIZE|Cast|CAST)$/;
