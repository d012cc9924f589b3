import { propertyOf } from '../basics/records.ts';

/** A string property, or undefined. */
export function stringAt(value: unknown, name: string): string | undefined {
  const found = propertyOf(value, name);
  return typeof found === 'string' ? found : undefined;
}

/** A property that is a positive whole number, or undefined. */
export function numberAt(value: unknown, name: string): number | undefined {
  const found = propertyOf(value, name);
  return typeof found === 'number' && Number.isSafeInteger(found) && found > 0 ? found : undefined;
}
