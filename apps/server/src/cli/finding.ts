/** What `laurel doctor` found. A fault says what to do. */
export interface Finding {
  readonly good: boolean;
  readonly what: string;
}
