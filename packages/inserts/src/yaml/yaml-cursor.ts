/** Why a text is no YAML that is read here. Thrown and caught within this folder. */
export class YamlProblem extends Error {}

/** A place in a YAML text. Tabs count as text, so they cannot indent. */
export class YamlCursor {
  readonly text: string;
  at = 0;
  #lineStart = 0;

  constructor(text: string) {
    this.text = text.replaceAll('\r\n', '\n');
  }

  get done(): boolean {
    return this.at >= this.text.length;
  }

  /** The next character; '' at the end. */
  get next(): string {
    return this.text.charAt(this.at);
  }

  get column(): number {
    return this.at - this.#lineStart;
  }

  isSpaceAt(at: number): boolean {
    const character = this.text.charAt(at);
    return character === '' || character === ' ' || character === '\n' || character === '\t';
  }

  /** True before `sign` with a space or the end of the line behind it. */
  isIndicator(sign: string): boolean {
    return this.next === sign && this.isSpaceAt(this.at + 1);
  }

  take(character: string): boolean {
    if (this.next !== character) return false;
    this.at++;
    return true;
  }

  skipBlanks(): void {
    while (this.next === ' ' || this.next === '\t') this.at++;
  }

  /** To the next text, over comments and ends of lines. */
  skipToText(): void {
    for (;;) {
      this.skipBlanks();
      if (this.next === '#' && (this.at === 0 || this.isSpaceAt(this.at - 1))) this.at = this.#endOfLine();
      if (this.next !== '\n') return;
      this.at++;
      this.#lineStart = this.at;
    }
  }

  #endOfLine(): number {
    const end = this.text.indexOf('\n', this.at);
    return end < 0 ? this.text.length : end;
  }

  /** The rest of the line, and on to the next one. */
  takeLine(): string {
    const end = this.#endOfLine();
    const line = this.text.slice(this.at, end);
    this.at = Math.min(end + 1, this.text.length);
    this.#lineStart = this.at;
    return line;
  }

  /** True where a document ends or the next one begins. */
  get atMarker(): boolean {
    if (this.column !== 0) return false;
    const mark = this.text.slice(this.at, this.at + 3);
    return (mark === '---' || mark === '...') && this.isSpaceAt(this.at + 3);
  }

  /** Where the line begins. */
  get lineStart(): number {
    return this.#lineStart;
  }

  /** Goes to a place further on, over ends of lines. */
  moveTo(at: number): void {
    // only what is passed is looked at: a search for the start of the line would make long lines quadratic
    const lastBreak = this.text.slice(this.at, at).lastIndexOf('\n');
    if (lastBreak >= 0) this.#lineStart = this.at + lastBreak + 1;
    this.at = at;
  }

  /** Goes back to a place in the line that begins at `lineStart`. */
  moveBack(at: number, lineStart: number): void {
    this.at = at;
    this.#lineStart = lineStart;
  }
}
