/** The regular expressions of the template engine, for whoever needs some whose time is bounded. */
export { compileRegex } from './compile-regex.ts';
export type { CompiledRegex } from './compile-regex.ts';
export { findMatch } from './match-regex.ts';
