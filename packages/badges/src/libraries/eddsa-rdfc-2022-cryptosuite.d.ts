declare module '@digitalbazaar/eddsa-rdfc-2022-cryptosuite' {
  export interface Cryptosuite {
    readonly name: 'eddsa-rdfc-2022';
  }
  export const cryptosuite: Cryptosuite;
}
