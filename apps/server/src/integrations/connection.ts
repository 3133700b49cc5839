import { z } from 'zod';

/** How a connection authenticates its requests, without its secrets: what may be shown. */
export const connectionSettingsSchema = z.discriminatedUnion('authentication', [
  z.strictObject({ authentication: z.literal('none') }),
  z.strictObject({
    authentication: z.literal('token'),
    /** The header that carries the token. Default `Authorization`. */
    headerName: z
      .string()
      .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is not a valid header name')
      .default('Authorization'),
    /** What stands before the token, with its separator. Default `Bearer `. */
    prefix: z.string().max(100).default('Bearer '),
  }),
]);

export type ConnectionSettings = z.infer<typeof connectionSettingsSchema>;

/** A secret goes into a header: one line, of characters that a header may hold. */
export const tokenSchema = z
  .string()
  .min(1)
  .max(8_192)
  .regex(
    /^[\x21-\x7E](?:[\x20-\x7E]*[\x21-\x7E])?$/,
    'must be one line of ASCII characters without spaces around it',
  );

/** A connection with its secret, for sending. Never leaves the server. */
export interface OpenConnection {
  readonly id: string;
  readonly settings: ConnectionSettings;
  readonly token: string | undefined;
}

/** The headers by which the connection authenticates a request. */
export function authenticationHeaders(connection: OpenConnection): Record<string, string> {
  const { settings, token } = connection;
  switch (settings.authentication) {
    case 'none':
      return {};
    case 'token':
      if (token === undefined) throw new Error(`connection ${connection.id} has lost its token`);
      return { [settings.headerName.toLowerCase()]: `${settings.prefix}${token}` };
  }
}
