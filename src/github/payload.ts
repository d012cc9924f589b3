/** A property of something that may be anything; undefined when it has none of that name. */
export function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

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
