/**
 * The options of nodemailer's URL that are taken, with the form of their values. Others are refused: nodemailer
 * ignores what it does not know, and a misspelled `requireTLS` would send the password in the clear.
 */
const OPTIONS: ReadonlyMap<string, RegExp> = new Map([
  ...['requireTLS', 'ignoreTLS', 'opportunisticTLS', 'tls.rejectUnauthorized'].map(
    (name) => [name, /^(true|false)$/] as const,
  ),
  ...[
    'maxConnections',
    'maxMessages',
    'rateLimit',
    'rateDelta',
    'connectionTimeout',
    'greetingTimeout',
    'socketTimeout',
  ].map((name) => [name, /^[1-9]\d{0,8}$/] as const),
  ['name', /^[\w.:[\]-]+$/],
  ['tls.servername', /^[\w.-]+$/],
  ['tls.minVersion', /^TLSv1\.[23]$/],
]);

/** Why a text is no URL of an SMTP server; undefined where it is one. Quotes nothing of it: it holds a password. */
export function smtpUrlProblem(text: string): string | undefined {
  if (!/^smtps?:\/\//.test(text)) return 'must start with smtp:// or smtps://';
  if (!URL.canParse(text)) return 'is not a URL; special characters of the password must be percent-encoded';
  const url = new URL(text);
  if (url.hostname === '') return 'must name a host';
  if (url.hash !== '' || !['', '/'].includes(url.pathname))
    return 'must end after the port or with options; special characters of the password must be percent-encoded';
  const seen = new Set<string>();
  for (const [name, value] of url.searchParams) {
    if (!OPTIONS.has(name)) return `has an option that is none of ${[...OPTIONS.keys()].join(', ')}`;
    if (OPTIONS.get(name)?.test(value) !== true) return `has a value of ${name} that is not allowed`;
    if (seen.has(name)) return `has the option ${name} twice`;
    seen.add(name);
  }
  return undefined;
}
