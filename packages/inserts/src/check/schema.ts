/** What a workspace has, as far as it is known. A part that is left out is not checked. */
export interface Schema {
  /** Parameters of the events that can trigger the workflow. */
  readonly eventParams?: readonly string[];
  /** Attributes of profiles. */
  readonly attributes?: readonly string[];
  /** Catalogs with their columns. */
  readonly catalogs?: ReadonlyMap<string, readonly string[]>;
  /** Templates that can be loaded; empty where there are none. */
  readonly templates?: readonly string[];
}
