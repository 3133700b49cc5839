import { parseCredential } from './credential-input.ts';
import type { ParsedCredential } from './credential-input.ts';
import { idOf } from './loose-body.ts';
import type { Loose } from './loose-body.ts';

/** What may be said of a credential without HTTP. Dates are YYYY-MM-DD, or in any form that the compatible API reads. */
export interface CredentialFields {
  readonly name?: string;
  readonly description?: string;
  readonly courseLink?: string | null;
  readonly issuedOn?: string;
  readonly expiredOn?: string | null;
  /** False: a draft, without a document and a page. Default true. */
  readonly approve?: boolean;
  readonly private?: boolean;
  readonly grade?: string;
  readonly customAttributes?: Loose | null;
  readonly metaData?: Loose | null;
}

export interface RecipientFields {
  readonly name: string;
  readonly email: string;
  readonly id?: string | null;
  readonly phoneNumber?: string | null;
  readonly metaData?: Loose | null;
}

/** A request for a new credential. */
export interface IssueRequest extends CredentialFields {
  /** The id of the group, also as digits, or its exact name. */
  readonly groupReference: number | string;
  readonly recipient: RecipientFields;
  /** The caller's own id: one credential of the workspace has it. */
  readonly credentialReference?: string;
  /**
   * What happens where there is a credential already, for this group and e-mail or with this reference: `skip` keeps it
   * (default), `update` changes it to what the request says, `reissue` deletes it and issues a new one, `renew` gives it
   * the expiry date of the request.
   */
  readonly onDuplicate?: 'skip' | 'update' | 'reissue' | 'renew';
}

/** A change of a credential; what it does not name stays. */
export interface CredentialChange extends CredentialFields {
  readonly groupReference?: number | string;
  readonly recipient?: Partial<RecipientFields>;
}

/** Reads a request by the rules of the HTTP body that says the same, so that both are refused for the same reasons. */
export function readRequest(request: IssueRequest | CredentialChange): ParsedCredential {
  const { groupReference, recipient } = request;
  const groupId = idOf(groupReference);
  return parseCredential({
    credential: present({
      id: 'credentialReference' in request ? request.credentialReference : undefined,
      group_id: groupId,
      group_name: groupId === undefined ? groupReference : undefined,
      recipient:
        recipient &&
        present({
          name: recipient.name,
          email: recipient.email,
          id: recipient.id,
          phone_number: recipient.phoneNumber,
          meta_data: recipient.metaData,
        }),
      name: request.name,
      description: request.description,
      course_link: request.courseLink,
      issued_on: request.issuedOn,
      expired_on: request.expiredOn,
      approve: request.approve,
      private: request.private,
      grade: request.grade,
      custom_attributes: request.customAttributes,
      meta_data: request.metaData,
    }),
  });
}

/** Without the members that are undefined, as JSON would have it. */
function present(members: Loose): Loose {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
