/** What is wrong with an input or a document, and where. */
export interface Problem {
  /** Names joined by dots, places in a list as numbers: `evidence.0.name`. Empty: the whole. */
  readonly path: string;
  /** For a reader; says what is needed. */
  readonly message: string;
}
