import type { Finding } from '../measurement/measurement.ts';

const placesNamed = 3;

/** The same finding in several places as one, its places joined: `operator 1, operator 3, operator 5 and 2 more`. Order is kept. */
export function groupFindings(findings: readonly Finding[]): readonly Finding[] {
  const groups = new Map<string, { readonly finding: Finding; readonly places: string[] }>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.code, finding.severity, finding.message]);
    const group = groups.get(key) ?? { finding, places: [] };
    if (finding.where !== undefined && !group.places.includes(finding.where)) group.places.push(finding.where);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ finding, places }) => {
    if (places.length < 2) return finding;
    const rest = places.length - placesNamed;
    return { ...finding, where: `${places.slice(0, placesNamed).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}` };
  });
}
