/**
 * What a failure has in common with others: the node and what was said, without what tells cases of one cause apart
 * (identifiers, addresses, long numbers). People read it as the heading of the group of such failures.
 */
export function fingerprint(title: string, said: string): string {
  const common = said
    .replaceAll('\0', '')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/gi, '…')
    .replaceAll(/[^\s"'<>]+@[^\s"'<>]+/g, '…')
    .replaceAll(/\d{4,}/g, '…')
    .replaceAll(/\s+/g, ' ')
    .toWellFormed();
  return `${title}: ${common.slice(0, 200).trim()}`;
}
