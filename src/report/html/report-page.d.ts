/** What src/report/html/page and src/report/html/trend become in a browser, as text; the bundler and the test runner both make it. */
declare module '*/report-page.bundle' {
  export const script: string;
  export const style: string;
}
declare module '*/trend-page.bundle' {
  export const script: string;
  export const style: string;
}
