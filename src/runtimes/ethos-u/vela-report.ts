/** Vela's totals, from its summary. Bytes, and cycles of the NPU's clock. */
export interface VelaSummary {
  readonly cycles: number;
  readonly npuCycles: number;
  readonly macs: number;
  readonly sramBytes: number;
  readonly dramBytes: number;
  readonly flashBytes: number;
  /** Of all weights on the NPU, after and before its coding. */
  readonly encodedWeightBytes: number;
  readonly originalWeightBytes: number;
}

/** One operator that Vela schedules, from its table of layers. */
export interface VelaLayer {
  /** In the model, as Vela writes it: `Conv2D`. */
  readonly original: string;
  readonly target: 'NPU' | 'CPU';
  /** Bytes of SRAM in use while it runs. */
  readonly sramBytes: number;
  readonly cycles: number;
  readonly macs: number;
  /** Of its output tensor. */
  readonly name: string;
}

/** Why Vela leaves an operator to the CPU. */
export interface VelaRefusal {
  /** `DEQUANTIZE` */
  readonly type: string;
  readonly output: string;
  readonly reason: string;
}

/** @throws Error when the text is not Vela's summary. */
export function parseVelaSummary(csv: string): VelaSummary {
  const [header, row] = parseCsv(csv);
  if (header === undefined || row === undefined) throw new Error('Vela left a summary without figures');
  const number = (name: string): number => {
    const value = Number(row[header.indexOf(name)]);
    if (!header.includes(name) || !Number.isFinite(value)) throw new Error(`Vela's summary has no figure ${name}`);
    return value;
  };
  // Vela prints memory in KiB.
  const bytes = (name: string): number => Math.round(number(name) * 1024);
  return {
    cycles: number('cycles_total'),
    npuCycles: number('cycles_npu'),
    macs: number('nn_macs'),
    sramBytes: bytes('sram_memory_used'),
    dramBytes: bytes('dram_memory_used'),
    flashBytes: bytes('on_chip_flash_memory_used') + bytes('off_chip_flash_memory_used'),
    encodedWeightBytes: number('total_npu_encoded_weights'),
    originalWeightBytes: number('total_original_weights'),
  };
}

/** @throws Error when the text is not Vela's table of layers. */
export function parseVelaLayers(csv: string): readonly VelaLayer[] {
  const [header = [], ...rows] = parseCsv(csv);
  const columns = ['Original Operator', 'Target', 'Staging Usage', 'Op Cycles', 'MAC Count'] as const;
  const at = (name: (typeof columns)[number]): number => header.indexOf(name);
  const missing = columns.find((name) => at(name) < 0);
  if (missing !== undefined) throw new Error(`Vela's table of layers has no column ${missing}`);
  return rows.map((row) => {
    const number = (name: (typeof columns)[number]): number => Number(row[at(name)]) || 0;
    return {
      original: row[at('Original Operator')] ?? '',
      target: row[at('Target')] === 'CPU' ? 'CPU' : 'NPU',
      sramBytes: number('Staging Usage'),
      cycles: number('Op Cycles'),
      macs: number('MAC Count'),
      // The last column, and the model's own text: it may hold commas without being quoted.
      name: row.slice(header.length - 1).join(','),
    };
  });
}

/** The refusals that Vela prints: a line that names the operator, and the lines of its reason up to an empty one. */
export function parseVelaRefusals(printed: string): readonly VelaRefusal[] {
  const head = /^Warning \(supported operators\) operator: (\S+), ofm: '(.*)'$/;
  const lines = printed.split(/\r?\n/);
  return lines.flatMap((line, index) => {
    const [, type, output] = head.exec(line) ?? [];
    if (type === undefined || output === undefined) return [];
    const end = lines.findIndex((each, at) => at > index && (each.trim() === '' || head.test(each)));
    const reason = lines
      .slice(index + 1, end < 0 ? undefined : end)
      .map((each) => each.replace(/^Reason: /, '').trim())
      .join('. ');
    return [{ type, output, reason: reason.slice(0, 600) }];
  });
}

/** Rows of comma-separated values; a field in double quotes may hold commas, and two double quotes stand for one. */
function parseCsv(text: string): readonly (readonly string[])[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
        quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'),
      ),
    );
}
