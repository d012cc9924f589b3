/** One line of `git diff-tree --raw`. Modes are octal as git prints them; an absent side is mode `000000`. */
export interface RawChange {
  readonly status: 'A' | 'D' | 'M' | 'T' | 'R' | 'C';
  readonly baseMode: string;
  readonly headMode: string;
  readonly baseBlob: string;
  readonly headBlob: string;
  /** The path in the base of a rename or a copy, else the path. */
  readonly basePath: string;
  readonly path: string;
  /** Per cent, of a rename or a copy. */
  readonly similarity?: number;
}

const header = /^:([0-7]{6}) ([0-7]{6}) ([0-9a-f]+) ([0-9a-f]+) ([ADMTRC])(\d*)$/;

/**
 * What `git diff-tree -r --raw -z` printed, split into fields.
 * The format is in git's documentation of diff-format: `:mode mode id id status␀path␀`, with a second path for renames and copies.
 * @throws Error when a field is not of that format.
 */
export function parseRawDiff(fields: readonly string[]): readonly RawChange[] {
  const changes: RawChange[] = [];
  for (let index = 0; index < fields.length; ) {
    const match = header.exec(fields[index] ?? '');
    if (match === null)
      throw new Error(`git printed a difference that is not understood: ${JSON.stringify(fields[index])}`);
    const [, baseMode = '', headMode = '', baseBlob = '', headBlob = '', status = '', score = ''] = match;
    const isPair = status === 'R' || status === 'C';
    const basePath = fields[index + 1];
    const path = isPair ? fields[index + 2] : basePath;
    if (basePath === undefined || path === undefined) throw new Error('git printed a difference without its path');
    changes.push({
      status: status as RawChange['status'],
      baseMode,
      headMode,
      baseBlob,
      headBlob,
      basePath,
      path,
      ...(isPair ? { similarity: Number(score) } : {}),
    });
    index += isPair ? 3 : 2;
  }
  return changes;
}
