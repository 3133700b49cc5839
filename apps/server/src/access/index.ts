export { ApiKeys } from './api-keys.ts';
export type { KeyHolder } from './api-keys.ts';
export { Authenticator } from './authenticate.ts';
export type { Authentication } from './authenticate.ts';
export { firstBoot } from './first-boot.ts';
export type { FirstBoot } from './first-boot.ts';
export { signLoginToken } from './login-token.ts';
export { holderOf, setHolder } from './holder.ts';
export { loginRoutes } from './routes.ts';
