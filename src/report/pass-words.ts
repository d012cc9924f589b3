/** What the passes of the lossless recipe do, for people who read their names in a comment. */
const words: Readonly<Record<string, string>> = {
  'rewrite-file': 'the file without gaps and unused tensors',
  'fold-constants': 'what is always the same is computed beforehand',
  'remove-identities': 'operators that change nothing go',
  'merge-rearrangements': 'reshapes and transposes in a row become one',
  'fold-padding': 'padding moves into the convolution behind it',
  'fuse-activations': 'activations move into the operator before them',
  'remove-dead-channels': 'channels whose value never changes go',
  'remove-metadata': 'descriptions that no device reads go',
  'remove-unused': 'what no operator uses goes',
  'merge-constants': 'equal constants are stored once',
  'fix-shapes': 'shapes that are computed at run time become constants',
  'order-operators': 'another order of the operators needs less RAM',
  'plan-memory': "a memory plan in the file, better than the runtime's own",
};

/** ` (padding moves into …)`, or nothing for a pass without words. */
export function passWords(pass: string): string {
  return Object.hasOwn(words, pass) ? ` (${words[pass]})` : '';
}
