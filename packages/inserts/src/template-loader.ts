/** What a loader knows of a template: its text, that there is none, or that it could not be found out. */
export type LoadedSource =
  | { readonly kind: 'found'; readonly source: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unavailable'; readonly message: string };

/**
 * Where `include`, `import`, `from` and `extends` find templates. What it gives is trusted as the template itself is,
 * unlike a snippet, which is data. Called once a pass for a name; must give the same text in every pass of a rendering.
 */
export interface TemplateLoader {
  load(name: string): LoadedSource;
}
