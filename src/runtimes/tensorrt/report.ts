/** What trtexec prints of an engine that it built and ran. */
export interface TrtexecReport {
  readonly device: string;
  /** `8.7` */
  readonly computeCapability: string;
  /** Milliseconds on the GPU, of the median inference; copies to and from it are left out. */
  readonly milliseconds: number;
}

/**
 * Reads trtexec's own words: the device under "Device Information", and the median of `GPU Compute Time` under "Performance summary", with or without a sign between name and number.
 * @throws Error when one of them is missing
 */
export function parseTrtexec(printed: string): TrtexecReport {
  const find = (what: string, pattern: RegExp): string => {
    const found = pattern.exec(printed)?.[1];
    if (found === undefined) throw new Error(`trtexec does not say ${what}`);
    return found.trim();
  };
  return {
    device: find('which device it ran on', /^.*\[I\] Selected Device: (.{1,200})$/m),
    computeCapability: find("the device's compute capability", /^.*\[I\] Compute Capability: (\d+\.\d+)\s*$/m),
    milliseconds: Number(
      find('how long the GPU took', /^.*\[I\] GPU Compute Time: [^\n]*?\bmedian(?: =)? (\d+(?:\.\d+)?(?:e-?\d+)?) ms/m),
    ),
  };
}
