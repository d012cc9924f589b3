import type { Finding } from '../../../measurement/measurement.ts';

const severityMarks = { error: '❌', warning: '⚠️', info: 'ℹ️' } as const;

/** What a person should know of the head, the worst first. */
export function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  if (findings.length === 0) return null;
  const order = ['error', 'warning', 'info'] as const;
  return (
    <section aria-labelledby="findings">
      <h3 id="findings">Remarks</h3>
      <ul>
        {order.flatMap((severity) =>
          findings
            .filter((finding) => finding.severity === severity)
            .map(({ code, where, message }) => (
              <li key={`${code} ${where} ${message}`}>
                <span role="img" aria-label={severity}>
                  {severityMarks[severity]}
                </span>{' '}
                {where === undefined ? '' : `${where}: `}
                {message} (<code>{code}</code>)
              </li>
            )),
        )}
      </ul>
    </section>
  );
}
