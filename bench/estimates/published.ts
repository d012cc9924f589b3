import sets from './published.json' with { type: 'json' };

/** Published latencies of networks on one device. */
export interface PublishedSet {
  readonly core: string;
  readonly device: string;
  readonly clockMhz: number;
  readonly threads: number;
  readonly runtime: string;
  readonly precision: 'float32' | 'float16' | 'int8';
  readonly source: string;
  /** By name of a network of `bench/architectures/networks.ts`. */
  readonly milliseconds: Readonly<Record<string, number>>;
}

/** All of `published.json`: figures from tables of public documentation, each set with its source. */
export const published = sets as unknown as readonly PublishedSet[];
