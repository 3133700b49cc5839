/**
 * A number from 0 (inclusive) to 1 (exclusive) that is the same for the same text on every machine: FNV-1a, finished
 * by Murmur3's mixing, since FNV alone spreads texts that differ only at their end badly.
 */
export function stableShare(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000;
}
