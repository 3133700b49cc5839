/** A syntax error on its way from the place where it is found to the statement that reports it. Never leaves the parser. */
export class SyntaxProblem extends Error {
  readonly code: string;
  readonly start: number;
  readonly end: number;

  constructor(code: string, message: string, place: { start: number; end: number }) {
    super(message);
    this.code = code;
    this.start = place.start;
    this.end = place.end;
  }
}
