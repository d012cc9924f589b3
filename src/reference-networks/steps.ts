/** Height and width. */
export type Extent = readonly [number, number];

type Kept = { readonly as?: string };

/** One operator of a network, on what the one before it made. */
export type Step = Kept &
  (
    | { readonly kind: 'conv'; readonly channels: number; readonly kernel: Extent; readonly stride: Extent }
    | { readonly kind: 'depthwise'; readonly kernel: Extent; readonly stride: Extent }
    /** Without a kernel over the whole picture. */
    | { readonly kind: 'max-pool' | 'average-pool'; readonly kernel: Extent | undefined; readonly stride: Extent }
    | { readonly kind: 'dense'; readonly units: number }
    | { readonly kind: 'softmax' }
    | { readonly kind: 'add' | 'from'; readonly name: string }
  );

/** Steps as they are written, repetitions carried out. @throws Error for what is no step */
export function parseSteps(texts: readonly string[]): readonly Step[] {
  return texts.flatMap((text) => {
    const repeated = /^(\d+) x \[(.*)\]$/.exec(text);
    if (repeated === null) return [parseStep(text)];
    const once = parseSteps((repeated[2] ?? '').split(', '));
    return Array.from({ length: Number(repeated[1]) }, () => once).flat();
  });
}

function parseStep(text: string): Step {
  const [, kind = '', rest = '', as] = /^([\w-]+)\s*(.*?)(?: as (\w+))?$/.exec(text) ?? [];
  const kept: Kept = as === undefined ? {} : { as };
  const convolution = /^(\d+) (\S+)$/.exec(rest);
  if (kind === 'conv' && convolution !== null) {
    return { ...kept, kind, channels: Number(convolution[1]), ...parseWindow(convolution[2] ?? '') };
  }
  if (kind === 'depthwise') return { ...kept, kind, ...parseWindow(rest) };
  if (kind === 'max-pool' || kind === 'average-pool') {
    return rest === 'global'
      ? { ...kept, kind, kernel: undefined, stride: [1, 1] }
      : { ...kept, kind, ...parseWindow(rest) };
  }
  if (kind === 'dense' && /^\d+$/.test(rest)) return { ...kept, kind, units: Number(rest) };
  if (kind === 'softmax' && rest === '') return { ...kept, kind };
  if ((kind === 'add' || kind === 'from') && /^\w+$/.test(rest)) return { ...kept, kind, name: rest };
  throw new Error(`"${text}" is no step of a network`);
}

/** `3x3/2`: kernel, and stride where it is not 1. */
function parseWindow(text: string): { readonly kernel: Extent; readonly stride: Extent } {
  const [, height, width, stride = '1'] = /^(\d+)x(\d+)(?:\/(\d+))?$/.exec(text) ?? [];
  if (height === undefined || width === undefined) throw new Error(`"${text}" is no kernel`);
  return { kernel: [Number(height), Number(width)], stride: [Number(stride), Number(stride)] };
}
