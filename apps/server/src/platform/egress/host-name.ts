const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** Names by which clouds reach their metadata service; inside a cloud they resolve to it, elsewhere to nothing. */
const METADATA_NAMES = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
  'metadata.tencentyun.com',
  'rancher-metadata',
]);

/** `example.com.` and `example.com` name one host. */
export function withoutFinalDot(host: string): string {
  return host.endsWith('.') ? host.slice(0, -1) : host;
}

/** A name of the form that a resolver takes: lower case, labels of at most 63 characters, at most 253 in all. */
export function isHostName(host: string): boolean {
  return host.length <= 253 && host.split('.').every((label) => LABEL.test(label));
}

/** Whether the name is for this machine by definition (RFC 6761). */
export function isLocalhost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}

export function isMetadataName(host: string): boolean {
  return METADATA_NAMES.has(host);
}
