import type { AchievementCredential, Evidence, IdentityObject } from './achievement-credential.ts';
import { PLACE, place } from './dataset-template.ts';
import { identifier } from './value-rules.ts';

/** A document taken apart into what a batch shares and what is each credential's own. */
export interface OpenedDocument {
  /** The document with a place for every value that is taken out. */
  readonly skeleton: object;
  /** The skeleton as JSON: what two documents of one batch have in common. */
  readonly shape: string;
  readonly values: readonly string[];
}

/** The form in which this package writes instants. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;

/**
 * Takes the values out that differ within a batch: those of the credential itself, the identities and the evidence.
 * Issuer and achievement stay. Undefined where a value could be read by JSON-LD or judged by the library as something
 * else than its place is: then only the long way is right.
 */
export function openPlaces(document: AchievementCredential): OpenedDocument | undefined {
  const values: string[] = [];
  let regular = true;
  const { credentialSubject, evidence } = document;
  const skeleton = {
    ...document,
    id: id(document.id),
    name: literal(document.name),
    ...(document.description === undefined ? {} : { description: literal(document.description) }),
    validFrom: instant(document.validFrom),
    ...(document.validUntil === undefined ? {} : { validUntil: instant(document.validUntil) }),
    awardedDate: instant(document.awardedDate),
    credentialSubject: { ...credentialSubject, identifier: credentialSubject.identifier.map(identity) },
    ...(evidence === undefined ? {} : { evidence: evidence.map(evidenceOf) }),
  };
  const shape = JSON.stringify(skeleton);
  // What is shared could by chance or by intent look like a place.
  regular &&= shape.split(PLACE).length === values.length + 1;
  return regular ? { skeleton, shape, values } : undefined;

  function literal(value: string): string {
    values.push(value);
    return place(values.length - 1);
  }

  function id(value: string): string {
    regular &&= identifier(value) === undefined;
    return literal(value);
  }

  function instant(value: string): string {
    regular &&= INSTANT.test(value);
    return literal(value);
  }

  function identity(one: IdentityObject): object {
    const identityHash = literal(one.identityHash);
    return one.hashed ? { ...one, identityHash, salt: literal(one.salt) } : { ...one, identityHash };
  }

  function evidenceOf({ type, ...own }: Evidence): object {
    const opened: Record<string, string> = {};
    for (const [name, value] of Object.entries(own))
      opened[name] = name === 'id' ? id(value) : literal(value);
    return { type, ...opened };
  }
}
