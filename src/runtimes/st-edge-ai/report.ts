/** What `stedgeai analyze` says of a network. All in bytes. */
export interface StEdgeAiReport {
  readonly weights: number;
  readonly activations: number;
  /** Activations, and inputs and outputs where these have memory of their own. */
  readonly ram: number;
  readonly library?: StLibrary;
}

/** Code and data of ST's library and of what is generated, in bytes: only where a compiler for the target was there to size them. */
export interface StLibrary {
  readonly flash: number;
  readonly ram: number;
  /** What of `flash` is the network's own code, where the report lists modules. */
  readonly generated?: number;
}

/**
 * Reads the report: lines like `activations (rw)   :   36,864 B (36.00 KiB) (1 segment)`, and the tables that follow when a compiler is on PATH.
 * @throws Error when weights, activations or RAM are missing
 */
export function parseStEdgeAi(text: string): StEdgeAiReport {
  const bytes = (name: string): number => {
    const found = summaryBytes(text, name);
    if (found === undefined) throw new Error(`stedgeai's report does not say ${name}`);
    return found;
  };
  const library = parseLibrary(text);
  return {
    weights: bytes('weights (ro)'),
    activations: bytes('activations (rw)'),
    ram: bytes('ram (total)'),
    ...(library === undefined ? {} : { library }),
  };
}

/** Bytes of a line of the summary, `weights (ro)   :   4,100 B (4.00 KiB)`. */
export function summaryBytes(text: string, name: string): number | undefined {
  const words = name.replace(/[()]/g, '\\$&');
  const found = new RegExp(`^\\s*${words}\\s*:\\s*([\\d,]{1,20}) B\\b`, 'm').exec(text)?.[1];
  return found === undefined ? undefined : numberOf(found);
}

/** `RT total` of the summary of sections, and `network.o` of their table: text, rodata, data and bss of the generated code. */
export function parseLibrary(text: string): StLibrary | undefined {
  const [, flash, ram] = /^\s*RT total\*?\s+([\d,]+)\s+[\d.]+%\s+([\d,]+)\s+[\d.]+%/m.exec(text) ?? [];
  if (flash === undefined || ram === undefined) return undefined;
  const [, ...sections] = /^\s*network\.o\s+([\d,]+)\s+([\d,]+)\s+([\d,]+)\s+[\d,]+\s*$/m.exec(text) ?? [];
  const generated = sections.reduce((sum, each) => sum + numberOf(each), 0);
  return {
    flash: numberOf(flash),
    ram: numberOf(ram),
    ...(sections.length === 0 || generated > numberOf(flash) ? {} : { generated }),
  };
}

const numberOf = (digits: string): number => Number(digits.replaceAll(',', ''));
