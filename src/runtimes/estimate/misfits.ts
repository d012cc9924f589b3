import type { Finding } from '../../measurement/measurement.ts';
import type { Target } from '../../targets/target.ts';

/** What does not fit into what the target leaves for the model; what is not known fits. `store` is what the place of the model is called there. */
export function misfits(
  target: Target,
  ramBytes: number | undefined,
  flashBytes: number | undefined,
  store: 'flash' | 'storage' = 'storage',
): readonly Finding[] {
  return [
    ...misfit(target, { where: 'ram', name: 'RAM' }, ramBytes, target.ramBytes),
    ...misfit(target, { where: 'flash', name: store }, flashBytes, target.flashBytes),
  ];
}

/** What does not fit into one memory, of which there are `available` bytes. */
export function misfit(
  { name: targetName }: Target,
  { where, name }: { readonly where: string; readonly name: string },
  bytes: number | undefined,
  available: number,
): readonly Finding[] {
  if (bytes === undefined || bytes <= available) return [];
  const message = `The model needs ${kibibytes(bytes)} of ${name}; ${targetName} has ${kibibytes(available)} for it.`;
  return [{ code: 'does-not-fit', severity: 'error', where, message: message.slice(0, 2000) }];
}

const kibibytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;
