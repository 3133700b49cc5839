declare module '@digitalbazaar/credentials-context' {
  /** The W3C contexts by URL. */
  export const contexts: ReadonlyMap<string, object>;
}
