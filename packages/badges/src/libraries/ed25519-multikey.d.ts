declare module '@digitalbazaar/ed25519-multikey' {
  interface MultikeyPair {
    /** `canonicalize` leaves out the public key that the library keeps behind the seed of 32 bytes. */
    export(options: { readonly secretKey: true; readonly canonicalize: true }): Promise<{
      readonly publicKeyMultibase: string;
      /** Absent where only the public half was given. */
      readonly secretKeyMultibase?: string;
    }>;
    export(options: {
      readonly raw: true;
      readonly canonicalize: true;
    }): Promise<{ readonly publicKey: Uint8Array; readonly secretKey?: Uint8Array }>;
  }

  export function generate(): Promise<MultikeyPair>;

  /** Cuts the two bytes that name the kind of key off without looking at them. */
  export function from(key: {
    readonly publicKeyMultibase: string;
    readonly secretKeyMultibase: string;
  }): Promise<MultikeyPair>;
}
