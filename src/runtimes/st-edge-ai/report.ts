/** What `stedgeai analyze` says of a network. All in bytes. */
export interface StEdgeAiReport {
  readonly weights: number;
  readonly activations: number;
  /** Activations, and inputs and outputs where these have memory of their own. */
  readonly ram: number;
  /** Code and data of ST's library and of what is generated: only where a compiler for the target was there to size them. */
  readonly library?: { readonly flash: number; readonly ram: number };
}

/**
 * Reads the report: lines like `activations (rw)   :   36,864 B (36.00 KiB) (1 segment)`, and `RT total` of the table that follows when a compiler is on PATH.
 * @throws Error when weights, activations or RAM are missing
 */
export function parseStEdgeAi(text: string): StEdgeAiReport {
  const bytes = (name: string): number => {
    const found = new RegExp(`^\\s*${name}\\s*:\\s*([\\d,]{1,20}) B\\b`, 'm').exec(text)?.[1];
    if (found === undefined) throw new Error(`stedgeai's report does not say ${name.replaceAll('\\', '')}`);
    return numberOf(found);
  };
  const [, flash, ram] = /^\s*RT total\*?\s+([\d,]+)\s+[\d.]+%\s+([\d,]+)\s+[\d.]+%/m.exec(text) ?? [];
  return {
    weights: bytes('weights \\(ro\\)'),
    activations: bytes('activations \\(rw\\)'),
    ram: bytes('ram \\(total\\)'),
    ...(flash === undefined || ram === undefined ? {} : { library: { flash: numberOf(flash), ram: numberOf(ram) } }),
  };
}

const numberOf = (digits: string): number => Number(digits.replaceAll(',', ''));
