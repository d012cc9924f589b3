import type { Comparison } from '../../../judge/comparison.ts';

/** The address of a comparison within the page. */
export function addressOf({ model, target }: Comparison): string {
  return `#${addressPart(model)}@${addressPart(target)}`;
}

/** Half of a surrogate pair, which a file name can hold, has no place in an address. */
function addressPart(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
}
