import { createHash } from 'node:crypto';

import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { cryptosuite } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';

import type { AchievementCredential, SignedCredential } from './achievement-credential.ts';
import { compileTemplate, place } from './dataset-template.ts';
import type { DatasetTemplate } from './dataset-template.ts';
import { writeSeconds } from './instant.ts';
import { openPlaces } from './open-places.ts';
import type { OpenedDocument } from './open-places.ts';
import { assertSignable, librarySigner, signCredential, withProof } from './sign-credential.ts';
import type { SigningKey } from './signing-key.ts';

export interface SignerOptions {
  readonly key: SigningKey;
  /** Every so-manieth signature is made the long way too and compared. Default 1000, which costs about 7 µs each. */
  readonly checkEvery?: number;
}

export interface Signer {
  /** The same bytes as signCredential gives, and the same refusals. */
  sign(document: AchievementCredential, created: Date): Promise<SignedCredential>;
}

/** A template holds the shared part of its credentials, images in data URLs included: this bounds what a signer keeps. */
const MAX_TEMPLATES = 200;

interface Batch {
  readonly credential: DatasetTemplate;
  readonly proofOptions: DatasetTemplate;
  /** Whether a signature by these templates was found equal to the long way's. */
  proven: boolean;
}

/**
 * Signs many credentials of few achievements: what they share goes through JSON-LD once. The first signature of every
 * template and a sample of the others are compared with the long way; a difference is thrown and nothing is handed out.
 */
export function createSigner({ key, checkEvery = 1000 }: SignerOptions): Signer {
  const suite = new DataIntegrityProof({ cryptosuite, signer: librarySigner(key) });
  const batches = new Map<string, Promise<Batch>>();
  let signatures = 0;

  return { sign };

  async function sign(document: AchievementCredential, created: Date): Promise<SignedCredential> {
    assertSignable(document, key);
    const opened = openPlaces(document);
    if (opened === undefined) return signCredential(document, key, created);
    const batch = await batchOf(opened, document['@context']);
    const credential = await batch.credential.canonicalWith(opened.values);
    const proofOptions = await batch.proofOptions.canonicalWith([writeSeconds(created)]);
    if (credential === undefined || proofOptions === undefined) return signCredential(document, key, created);

    const verifyData = Buffer.concat([sha256(proofOptions), sha256(credential)]);
    const { proofValue } = await suite.sign({ verifyData, proof: {} });
    const signed = withProof(document, key, created, proofValue);
    signatures += 1;
    if (!batch.proven || signatures % checkEvery === 0) {
      const [proof] = (await signCredential(document, key, created)).proof;
      if (proof.proofValue !== proofValue)
        throw new Error(`the template of ${document.id} gives another signature than the document itself`);
      batch.proven = true;
    }
    return signed;
  }

  function batchOf({ shape, skeleton }: OpenedDocument, contexts: readonly string[]): Promise<Batch> {
    const known = batches.get(shape);
    if (known !== undefined) return known;
    const batch = compileBatch(skeleton, contexts);
    batches.set(shape, batch);
    const [oldest] = batches.keys();
    if (batches.size > MAX_TEMPLATES && oldest !== undefined) batches.delete(oldest);
    return batch;
  }

  async function compileBatch(skeleton: object, contexts: readonly string[]): Promise<Batch> {
    return {
      credential: await compileTemplate(skeleton),
      proofOptions: await compileTemplate({
        '@context': contexts,
        type: 'DataIntegrityProof',
        cryptosuite: cryptosuite.name,
        created: place(0),
        verificationMethod: key.verificationMethod,
        proofPurpose: 'assertionMethod',
      }),
      proven: false,
    };
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
