/** YAML files are imported as their text; the bundler and the test runner both do it. */
declare module '*.yml' {
  const text: string;
  export default text;
}
