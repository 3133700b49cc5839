const LF = 10;
const CR = 13;

/**
 * Knows the line of each place of a file, counted from 1; CR, LF and CRLF each end one. It keeps the bytes since the end
 * of the last record. (The parser's own count takes a CRLF within quotes for two lines, and it tells where it found a
 * fault, not where that began.)
 */
export class LineCounter {
  /** What is kept lies between `start` and `end`; the room behind it is reused, as large records are many. */
  #room: Buffer = Buffer.alloc(128 * 1024);
  #start = 0;
  #end = 0;
  #offset = 0;
  #line = 1;

  /** The line of the first byte that is kept. */
  get line(): number {
    return this.#line;
  }

  /** Where in the file the first byte that is kept is. */
  get offset(): number {
    return this.#offset;
  }

  /** How many bytes are kept. */
  get size(): number {
    return this.#end - this.#start;
  }

  append(bytes: Buffer): void {
    if (this.#end + bytes.length > this.#room.length) {
      const kept = this.#room.subarray(this.#start, this.#end);
      if (kept.length + bytes.length > this.#room.length)
        this.#room = Buffer.alloc(2 * (kept.length + bytes.length));
      kept.copy(this.#room);
      [this.#start, this.#end] = [0, kept.length];
    }
    bytes.copy(this.#room, this.#end);
    this.#end += bytes.length;
  }

  /** The line of the first character at or after `offset` that is not a line break. */
  lineAt(offset: number): number {
    const kept = this.#room.subarray(this.#start, this.#end);
    return (
      this.#line + lineBreaks(kept.subarray(0, behindLineBreaks(kept, Math.max(0, offset - this.#offset))))
    );
  }

  /** Lets go of what is before `offset`, which must not lie within a CRLF. */
  advance(offset: number): void {
    const length = Math.min(offset - this.#offset, this.size);
    this.#line += lineBreaks(this.#room.subarray(this.#start, this.#start + length));
    this.#offset += length;
    this.#start += length;
  }

  /** Lets go of blank lines at the beginning. */
  skipBlankLines(): void {
    const kept = this.#room.subarray(this.#start, this.#end);
    const length = behindLineBreaks(kept, 0);
    // What follows a CR at the very end may be its LF.
    const open = length === kept.length && kept[length - 1] === CR;
    this.advance(this.#offset + length - (open ? 1 : 0));
  }
}

function behindLineBreaks(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === LF || bytes[at] === CR) at++;
  return at;
}

function lineBreaks(bytes: Buffer): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === LF || (bytes[at] === CR && bytes[at + 1] !== LF)) count++;
  }
  return count;
}
