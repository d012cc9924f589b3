/** What assembly/ compiles to; the bundler and the test runner both make it (scripts/assembly.mjs). */
declare module '*/kernels.wasm' {
  const code: Uint8Array;
  export default code;
}

/** The part of WebAssembly's interface that we use; Node.js has it, its types have not. */
declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class Module {
    constructor(code: Uint8Array);
  }
  class Instance {
    constructor(module: Module);
    readonly exports: unknown;
  }
}
