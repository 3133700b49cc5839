declare module '@digitalbazaar/vc' {
  import type { DataIntegrityProof } from '@digitalbazaar/data-integrity';

  interface RemoteDocument {
    readonly contextUrl: null;
    readonly documentUrl: string;
    readonly document: object;
  }

  type DocumentLoader = (url: string) => Promise<RemoteDocument>;

  interface IssueOptions {
    /** Gets its `proof` written into it. */
    readonly credential: object;
    readonly suite: DataIntegrityProof;
    readonly documentLoader: DocumentLoader;
    /** Default: the clock. */
    readonly now: Date;
  }

  interface IssuedProof {
    readonly proofValue: string;
  }

  /** Rejects where the document is malformed or where safe mode finds a term that no context defines. */
  export function issue(options: IssueOptions): Promise<{ readonly proof: IssuedProof }>;

  interface VerifyOptions {
    readonly credential: object;
    readonly suite: DataIntegrityProof;
    readonly documentLoader: DocumentLoader;
    /** Default: the clock. */
    readonly now: Date;
    /** Seconds; Infinity leaves the validity period out of the verdict. */
    readonly maxClockSkew: number;
  }

  interface VerifyResult {
    readonly verified: boolean;
    /** Holds the single failures in `errors` where the proof was looked at, else it is the failure itself. */
    readonly error?: Error & { readonly errors?: readonly Error[] };
  }

  /** Never rejects because of the document. */
  export function verifyCredential(options: VerifyOptions): Promise<VerifyResult>;
}
