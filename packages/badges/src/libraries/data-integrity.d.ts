declare module '@digitalbazaar/data-integrity' {
  import type { Cryptosuite } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';

  interface LibrarySigner {
    /** The verification method. */
    readonly id: string;
    readonly algorithm: 'Ed25519';
    sign(options: { readonly data: Uint8Array }): Promise<Uint8Array>;
  }

  interface DataIntegrityProofOptions {
    readonly cryptosuite: Cryptosuite;
    /** Needed for signing only. */
    readonly signer?: LibrarySigner;
    /** The proof's `created`; milliseconds are cut off. Default: the clock. */
    readonly date?: Date;
  }

  export class DataIntegrityProof {
    constructor(options: DataIntegrityProofOptions);
    readonly cryptosuite: Cryptosuite['name'];
    /** Signs the data as they are and writes the `proofValue` into the given object, which it returns. */
    sign(options: { readonly verifyData: Uint8Array; readonly proof: object }): Promise<{
      readonly proofValue: string;
    }>;
  }
}
