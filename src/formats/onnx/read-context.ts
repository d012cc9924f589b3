import { UserError } from '../../errors.ts';
import { limits } from './limits.ts';

/** Gives the bytes of a file beside the model; `undefined` when there is none. The path is relative, with forward slashes and no `..`. */
export type ExternalData = (relativePath: string) => Uint8Array | undefined;

/** What reading one file needs everywhere. */
export interface ReadContext {
  /** How messages name the file. */
  readonly label: string;
  readonly externalData: ExternalData | undefined;
  /** Sentences about what was kept without being understood. */
  readonly notes: string[];
  /** What the rest of the file may have: operators, tensors, and bytes of constants that the file itself does not hold. */
  readonly left: { operators: number; tensors: number; outsideBytes: number };
}

/** Counts bytes of a constant that the file itself does not hold, before they are allocated. @throws UserError when they are too many in all */
export function takeOutsideBytes({ label, left }: ReadContext, bytes: number): void {
  left.outsideBytes -= bytes;
  if (left.outsideBytes < 0) {
    throw new UserError(
      `${label} has more than ${limits.outsideBytes} bytes of external or sparse constants, which is the limit; use a smaller model.`,
    );
  }
}
