import type { z } from 'zod';

import type { SettingsIssue } from './issue.ts';

/** How a template field is used, which decides how inserted values are made safe. */
export type TemplateOutput = 'json' | 'text' | 'url' | 'header';

/** What validation may ask of the world outside the definition; the host supplies it. */
export interface CheckEnvironment {
  hasEventDefinition(name: string): boolean;
  hasConnection(id: string): boolean;
  /** Diagnostics of a template, as issues of the given field. */
  checkTemplate(source: string, output: TemplateOutput, field: string): readonly SettingsIssue[];
}

/** What happens when a path arrives at a node. */
export type Arrival<Settings> =
  /** The path leaves at once through the named output. */
  | { readonly kind: 'pass'; readonly output: string }
  /** The host has something to do; the path goes on when it reports the result. */
  | { readonly kind: 'act'; readonly settings: Settings }
  /** The path is over. */
  | { readonly kind: 'end' };

/**
 * A kind of node. A new kind is one file with one of these and its line in the registry: validation, the run
 * interpreter, statistics and the JSON Schema follow from it.
 */
export interface NodeType<Settings> {
  readonly type: string;
  /** A trigger starts paths and has no input; an end has no output. */
  readonly role: 'trigger' | 'condition' | 'flow' | 'action' | 'end';
  readonly settings: z.ZodType<Settings>;
  /** The outputs of a node with these settings; each must be connected. */
  outputs(settings: Settings): readonly string[];
  /** What the schema of the settings cannot tell. */
  check(settings: Settings, environment: CheckEnvironment): readonly SettingsIssue[];
  arrive(settings: Settings): Arrival<Settings>;
}

/** The output of a node that has only one. */
export const NEXT = 'next';
