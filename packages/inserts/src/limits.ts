/** What one template may use. Every limit ends the rendering with a positioned error of its own code. */
export interface Limits {
  /** Length of a template in UTF-16 units (`limit-template-size`). */
  readonly templateSize: number;
  /** Statements, expressions, loop turns, calls and elements handled by filters in one pass (`limit-steps`). */
  readonly steps: number;
  /** Length of the rendered text in UTF-16 units (`limit-output`). */
  readonly output: number;
  /** Length of any one string, checked before it is made (`limit-string`). */
  readonly stringLength: number;
  /** Number of elements of any one list or dict (`limit-list`). */
  readonly listLength: number;
  /** Depth of nested expressions (`limit-nesting`). */
  readonly expressionDepth: number;
  /** Depth of nested blocks (`limit-nesting`). */
  readonly blockDepth: number;
  /** Depth of macro calls (`limit-macro-depth`). */
  readonly macroDepth: number;
  /** Elements of `range()`; as in Jinjava more are left out silently. */
  readonly range: number;
  /** Different templates that one pass loads (`limit-templates`). Their characters count as steps. */
  readonly templates: number;
  /** Depth of templates that load each other, and of texts that `render` renders (`limit-template-depth`). */
  readonly templateDepth: number;
  /** Data requests of one pass, repeated ones included (`limit-lookups`). */
  readonly lookups: number;
  /** Passes that `renderWith` makes until all data is there (`limit-rounds`). */
  readonly rounds: number;
  /** Wall-clock time of one pass in milliseconds, a second net behind `steps` (`limit-time`). */
  readonly milliseconds: number;
}

export const defaultLimits: Limits = {
  templateSize: 131_072,
  steps: 200_000,
  output: 2_097_152,
  stringLength: 1_048_576,
  listLength: 100_000,
  expressionDepth: 64,
  blockDepth: 48,
  macroDepth: 20,
  range: 1000,
  templates: 32,
  templateDepth: 8,
  lookups: 5000,
  rounds: 8,
  milliseconds: 1000,
};
