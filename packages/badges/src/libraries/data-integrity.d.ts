declare module '@digitalbazaar/data-integrity' {
  import type { Cryptosuite } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';

  interface Signer {
    /** The verification method. */
    readonly id: string;
    readonly algorithm: 'Ed25519';
    sign(options: { readonly data: Uint8Array }): Promise<Uint8Array>;
  }

  interface DataIntegrityProofOptions {
    readonly cryptosuite: Cryptosuite;
    /** Needed for signing only. */
    readonly signer?: Signer;
    /** The proof's `created`; milliseconds are cut off. Default: the clock. */
    readonly date?: Date;
  }

  export class DataIntegrityProof {
    constructor(options: DataIntegrityProofOptions);
    readonly cryptosuite: Cryptosuite['name'];
  }
}
