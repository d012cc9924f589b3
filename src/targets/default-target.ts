/** The target when nothing else is asked for. */
export const defaultTarget = 'generic-cortex-m4';
