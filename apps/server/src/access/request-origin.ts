import type { IncomingHttpHeaders } from 'node:http';

/**
 * Which page a request comes from: of this server, of another one, or untold, as programs send it and as browsers do
 * for some requests that change nothing. Browsers of today say it in `Sec-Fetch-Site` where the address is https or
 * this machine's own; else `Origin` is compared with the public URL or, where none is set, with `Host`. A page elsewhere
 * can set none of the three.
 */
export function requestOrigin(
  headers: IncomingHttpHeaders,
  publicUrl: string | undefined,
): 'own' | 'foreign' | 'untold' {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' ? 'own' : 'foreign';
  const { origin, host } = headers;
  if (origin === undefined) return 'untold';
  const own = publicUrl === undefined ? [`http://${host}`, `https://${host}`] : [new URL(publicUrl).origin];
  return own.includes(origin) ? 'own' : 'foreign';
}
