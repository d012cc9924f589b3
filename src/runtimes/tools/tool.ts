/**
 * One interface for every compiler that somebody else wrote: Vela, `trtexec`, `stedgeai`, SyNAP, TVM, Glow.
 * An adapter says how to find the program (`locate`), which arguments and files a compilation takes (`ToolRequest`), and reads the report itself;
 * finding, starting without a shell, limits and cleaning up are the same for all and live here.
 */
export interface Tool {
  /** As it is called on a command line and in `source` fields: `vela`, `trtexec`. */
  readonly id: string;
  /** As people call it: `Arm Vela`. */
  readonly title: string;
  /** One sentence that says how to get it; shown where a model is estimated because the tool is missing. */
  readonly howToGet: string;
  /** Where it is and which version; looked for once a process, installed if its locator does that. Never throws. */
  readonly locate: () => Promise<Located>;
  /** The version it reports, or `undefined` when it is not to be had on this machine. */
  readonly version: () => Promise<string | undefined>;
  /** Runs it in a new folder that holds the request's files and is deleted afterwards. Never throws for what the tool does; all ends are in `ToolRun`. */
  readonly run: (request: ToolRequest) => Promise<ToolRun>;
}

/** The outcome of looking for a tool. */
export type Located =
  | {
      readonly found: true;
      /** Absolute path of the program. */
      readonly program: string;
      /** Arguments before those of the request: `['-m', 'ethosu.vela.vela']` for a Python module. */
      readonly prefix: readonly string[];
      readonly version: string;
    }
  /** `reason` is one sentence for people. */
  | { readonly found: false; readonly reason: string };

/** One run of a tool. */
export interface ToolRequest {
  /** Given to the program as they are; no shell reads them. Relative paths are relative to the run's own folder. */
  readonly arguments: readonly string[];
  /** Files to write before it starts, by relative path with `/`. Names are ours, never the model's. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Files it must leave behind. */
  readonly expects: readonly ExpectedFile[];
  /** Milliseconds after which it and all it started are killed; 5 minutes unless told. */
  readonly timeLimit?: number;
}

/** A file that a run leaves: the first whose relative path, with `/`, is `path` or matches it. */
export interface ExpectedFile {
  /** What `ToolRun.files` calls it. */
  readonly key: string;
  readonly path: string | RegExp;
  /** Its absence is no failure. */
  readonly optional?: boolean;
}

/** What a tool printed, each stream cut at 4 MiB. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** How a run ended. */
export type ToolRun =
  | (Printed & { readonly status: 'done'; readonly version: string; readonly files: ReadonlyMap<string, Uint8Array> })
  /** It ended with another code than 0, by a signal (`exitCode` is `null`), or without a file that was expected. */
  | (Printed & {
      readonly status: 'failed';
      readonly version: string;
      readonly exitCode: number | null;
      readonly missing: readonly string[];
    })
  | (Printed & { readonly status: 'timed-out'; readonly version: string; readonly timeLimit: number })
  /** It could not be had or started; one sentence says why. */
  | { readonly status: 'not-found'; readonly reason: string };
