import type { Credential } from './credential-store.ts';
import type { Group } from './group-store.ts';
import type { Issuer } from './issuer-profile.ts';

/** Where the page of a credential is. */
export function credentialUrl(publicUrl: string, uuid: string): string {
  return `${publicUrl}/c/${uuid}`;
}

/** A credential as the compatible API answers it, in full also in lists. Source: accredible's official description. */
export function credentialBody(
  credential: Credential,
  group: Group | undefined,
  issuer: Issuer,
  publicUrl: string,
) {
  const { details, recipient } = credential;
  const kept = (name: string, otherwise: unknown = null): unknown => details[name] ?? otherwise;
  return {
    id: credential.id,
    accredible_internal_id: credential.id,
    license_id: credential.licenseId,
    uuid: credential.uuid,
    encoded_id: credential.encodedId,
    name: credential.name,
    description: credential.description,
    approve: credential.approve,
    grade: kept('grade'),
    complete: kept('complete', true),
    issued_on: credential.issuedOn,
    expired_on: credential.expiredOn,
    allow_supplemental_references: kept('allow_supplemental_references'),
    allow_supplemental_evidence: kept('allow_supplemental_evidence'),
    course_link: credential.courseLink,
    custom_attributes: kept('custom_attributes'),
    private: kept('private', false),
    group_name: group?.name ?? null,
    group_id: credential.groupId,
    url: credentialUrl(publicUrl, credential.uuid),
    seo_image: null,
    certificate: { image: { preview: null } },
    badge: { image: { preview: null } },
    recipient: {
      name: recipient.name,
      email: recipient.email,
      phone_number: recipient.phoneNumber,
      id: recipient.id,
      meta_data: recipient.metaData,
    },
    meta_data: kept('meta_data'),
    evidence_items: [],
    references: [],
    issuer: { name: issuer.name, description: null, url: publicUrl, id: issuer.number },
    created_at: credential.createdAt.toISOString(),
    updated_at: credential.updatedAt.toISOString(),
  };
}

export type CredentialBody = ReturnType<typeof credentialBody>;

export function groupBody(group: Group): object {
  const kept = (name: string, otherwise: unknown = null): unknown => group.details[name] ?? otherwise;
  return {
    id: group.id,
    name: group.name,
    course_name: group.courseName,
    course_description: group.courseDescription,
    course_link: group.courseLink,
    learning_outcomes: kept('learning_outcomes', []),
    attach_pdf: kept('attach_pdf', false),
    language: kept('language', 'en'),
    design_name: null,
    design_id: kept('design_id'),
    certificate_design_id: kept('certificate_design_id'),
    badge_design_id: kept('badge_design_id'),
    primary_design_id: kept('certificate_design_id', kept('badge_design_id')),
    department_id: kept('department_id'),
    blockchain: kept('blockchain', false),
    meta_data: kept('meta_data'),
    generate_private_credential: kept('generate_private_credential'),
    auto_expiry: kept('auto_expiry'),
    signup_url: kept('signup_url'),
    signup_url_show: false,
    course_link_show: group.courseLink !== null,
    organization_link_show: false,
    skill_category: null,
    achievement_type: kept('achievement_type'),
    earning_criteria: kept('earning_criteria', []),
    allow_duplicate_credentials: group.allowDuplicates,
    collections: [],
    created_at: group.createdAt.toISOString(),
    updated_at: group.updatedAt.toISOString(),
  };
}
