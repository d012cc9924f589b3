/** A glob that stands for more is refused: each pair of braces multiplies. */
export const mostAlternatives = 100;

/**
 * The globs that `{a,b}` stand for, also nested; braces without a comma, or without their partner, are letters.
 * `undefined` when there would be more than `mostAlternatives`.
 */
export function expandBraces(glob: string): readonly string[] | undefined {
  const open = findBraces(glob);
  if (open === undefined) return [glob];
  const before = glob.slice(0, open.start);
  const after = expandBraces(glob.slice(open.end + 1));
  if (after === undefined) return undefined;
  const results: string[] = [];
  for (const part of open.parts) {
    const inner = expandBraces(part);
    if (inner === undefined || results.length + inner.length * after.length > mostAlternatives) return undefined;
    for (const middle of inner) for (const rest of after) results.push(before + middle + rest);
  }
  return results;
}

/** The first pair of braces that has a comma of its own, and what the commas part. */
function findBraces(glob: string): { start: number; end: number; parts: readonly string[] } | undefined {
  for (let start = 0; start < glob.length; start++) {
    if (glob[start] === '\\') start++;
    else if (glob[start] === '{') {
      const found = closeBraces(glob, start);
      if (found !== undefined) return { start, ...found };
    }
  }
  return undefined;
}

function closeBraces(glob: string, start: number): { end: number; parts: readonly string[] } | undefined {
  const parts: string[] = [];
  let depth = 0;
  let from = start + 1;
  for (let index = start; index < glob.length; index++) {
    const letter = glob[index];
    if (letter === '\\') index++;
    else if (letter === '{') depth++;
    else if (letter === '}') depth--;
    if ((letter === ',' && depth === 1) || depth === 0) {
      parts.push(glob.slice(from, index));
      from = index + 1;
    }
    if (depth === 0) return parts.length > 1 ? { end: index, parts } : undefined;
  }
  return undefined;
}
