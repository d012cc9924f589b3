import manifest from '../../package.json' with { type: 'json' };

/** The version of this gate, as `package.json` has it. */
export const gateVersion: string = manifest.version;
