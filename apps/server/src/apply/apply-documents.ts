import type { Document } from '@laurel/contract';

import { inTransaction } from '../platform/db/transaction.ts';
import type { Platform } from '../platform/platform.ts';
import { applyDocument } from './apply-document.ts';
import type { DocumentError, DocumentResult } from './apply-document.ts';

export type ApplyOutcome =
  | { readonly kind: 'applied'; readonly results: readonly DocumentResult[] }
  /** One document was refused; nothing of the others was kept. */
  | { readonly kind: 'refused'; readonly message: string; readonly errors: DocumentError[] };

/** Carries a refusal out of the transaction, so that it is rolled back. */
class Refusal extends Error {
  readonly errors: DocumentError[];

  constructor(message: string, errors: DocumentError[]) {
    super(message);
    this.errors = errors;
  }
}

/**
 * Makes or changes what the documents describe, in the order given, in one transaction: all of it or nothing. A
 * document that describes what is there already changes nothing.
 */
export async function applyDocuments(
  platform: Platform,
  workspaceId: string,
  documents: readonly Document[],
): Promise<ApplyOutcome> {
  try {
    const results = await inTransaction(platform.db, async (tx) => {
      const applied: DocumentResult[] = [];
      for (const [index, document] of documents.entries()) {
        const outcome = await applyDocument(tx, platform, workspaceId, document);
        if (outcome.kind === 'refused') {
          const what = `${document.kind} "${document.metadata.name}" (document ${index + 1}): ${outcome.message}`;
          throw new Refusal(what, outcome.errors);
        }
        applied.push(outcome.result);
      }
      return applied;
    });
    return { kind: 'applied', results };
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refused', message: error.message, errors: error.errors };
    throw error;
  }
}
