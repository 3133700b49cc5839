/** An answer that may lead elsewhere. */
export interface RedirectAnswer {
  readonly status: number;
  readonly location: string | undefined;
}

/**
 * Where a redirect leads, if it is one that may be followed: 301, 302 and 303 of a GET or HEAD, 307 and 308 of any
 * method, since these repeat the request as it was (RFC 9110, 15.4). Undefined for any other answer.
 */
export function redirectTarget(method: string, url: URL, answer: RedirectAnswer): URL | undefined {
  const { status, location } = answer;
  const repeats = status === 307 || status === 308;
  const reads =
    (status === 301 || status === 302 || status === 303) && (method === 'GET' || method === 'HEAD');
  if (location === undefined || (!repeats && !reads)) return undefined;
  const target = URL.parse(location, url.href);
  if (target !== null) target.hash = '';
  return target ?? undefined;
}
