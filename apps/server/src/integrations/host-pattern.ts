/** Whether a URL's host is one of the patterns: `api.example.org`, `*.example.org`, `example.org:8443`. */
export function hostMatches(url: URL, patterns: readonly string[]): boolean {
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  const host = url.hostname.replace(/\.$/, '');
  return patterns.some((pattern) => {
    const [name = '', only] = pattern.split(':');
    if (only === undefined ? url.port !== '' : only !== port) return false;
    return name.startsWith('*.') ? host.endsWith(name.slice(1)) : host === name;
  });
}

/** Whether all that `after` allows was allowed by `before`. Undefined allows every host. */
export function hostsWithin(
  after: readonly string[] | undefined,
  before: readonly string[] | undefined,
): boolean {
  if (before === undefined) return true;
  return after !== undefined && after.every((pattern) => before.some((allowed) => covers(allowed, pattern)));
}

function covers(allowed: string, pattern: string): boolean {
  if (allowed === pattern) return true;
  const [name = '', port] = allowed.split(':');
  const [inner = '', innerPort] = pattern.split(':');
  return name.startsWith('*.') && port === innerPort && inner.endsWith(name.slice(1));
}
