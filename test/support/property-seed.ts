import fc from 'fast-check';

const wanted = process.env.PROPERTY_SEED;

/**
 * What properties draw from: the same cases in every run, so that a change fails for what it changes. `PROPERTY_SEED=random npm test` draws others
 * and prints the seed with each failure; a number draws those of that seed. A property that names its own seed keeps it.
 */
if (wanted !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(wanted ?? 20_260_101) });
