/** YAML files are imported as their text, or, in a bundle, as JSON that says the same: `ownData` reads either. */
declare module '*.yml' {
  const text: string;
  export default text;
}
