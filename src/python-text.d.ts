/** Python files are imported as their text; the bundler and the test runner both do it. */
declare module '*.py' {
  const text: string;
  export default text;
}
