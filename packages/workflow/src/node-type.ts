import type { z } from 'zod';

import type { SettingsIssue } from './issue.ts';
import type { Where } from './where.ts';

/** How a template field is used, which decides how inserted values are made safe. */
export type TemplateOutput = 'json' | 'text' | 'url' | 'header' | 'html';

/** What validation may ask of the world outside the definition; the host supplies it. */
export interface CheckEnvironment {
  hasEventDefinition(name: string): boolean;
  hasConnection(id: string): boolean;
  /** Whether there is a saved segment of this id or name. */
  hasSegment(reference: string): boolean;
  /** Diagnostics of a template, as issues of the given field. */
  checkTemplate(source: string, output: TemplateOutput, field: string): readonly SettingsIssue[];
}

/** What is known when a path arrives at a node. */
export interface ArrivalContext {
  readonly profileId: string;
  readonly now: Date;
  /** The workspace's IANA time zone. */
  readonly timeZone: string;
}

/** What happens when a path arrives at a node. */
export type Arrival =
  /** The path leaves at once through the named output. */
  | { readonly kind: 'pass'; readonly output: string }
  /** The host has something to do; the path goes on when it reports the result. */
  | { readonly kind: 'act' }
  /** The path stays until a moment, or an event of the profile, or until its cap where there is neither. */
  | { readonly kind: 'wait'; readonly until: Date | undefined; readonly event: AwaitedEvent | undefined }
  /** The path is over. `stopOthers`: whether the profile's other paths in the workflow are; undefined by default. */
  | { readonly kind: 'end'; readonly stopOthers: boolean | undefined };

/** The event that a path waits for. */
export interface AwaitedEvent {
  readonly name: string;
  readonly where: readonly Where[];
}

/** A field of the settings that may contain inserts. */
export interface TemplateField {
  /** Its path below `settings`, such as `headers[1].value`. */
  readonly field: string;
  readonly source: string;
  readonly output: TemplateOutput;
}

export interface GeneratedEvent {
  readonly name: string;
  readonly displayName?: string | undefined;
}

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
  /** The fields that may contain inserts. Default: none. */
  templates?(settings: Settings): readonly TemplateField[];
  /** The events that it writes to the profile. Default: none. */
  generates?(settings: Settings): readonly GeneratedEvent[];
  /** What the schema of the settings and the check of its templates cannot tell. */
  check?(settings: Settings, environment: CheckEnvironment): readonly SettingsIssue[];
  arrive(settings: Settings, context: ArrivalContext): Arrival;
}

/** The output of a node that has only one. */
export const NEXT = 'next';
/** The outputs of a node that decides. */
export const MATCHED = 'matched';
export const NOT_MATCHED = 'not-matched';
