import { storageProblem } from '../platform/db/storable-json.ts';

/** What a profile may be contacted by. Source: Synerise's Profile API. */
export const AGREEMENTS = ['email', 'sms', 'push', 'webPush', 'bluetooth', 'rfid', 'wifi'] as const;
const SEXES = ['FEMALE', 'MALE', 'NOT_SPECIFIED', 'OTHER'] as const;

export type FieldReading =
  | { readonly kind: 'valid'; readonly value: unknown }
  | { readonly kind: 'invalid'; readonly message: string };

const MAX_TEXT = 255;
const MAX_URL = 2_000;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const FIRST_BIRTH_DATE = '1900-01-02';
const PHONE = /^(?:\+[0-9 \-()/]{6,19}|[0-9 \-()/]{6,20})$/;
const VARIATION_SELECTORS = /[\uFE00-\uFE0F]/g;

/**
 * The fields that the compatible API names. They are stored among the attributes, under these names, which no attribute
 * of a sender's own can have.
 */
export const NATIVE_FIELDS = [
  'firstName',
  'lastName',
  'displayName',
  'company',
  'address',
  'city',
  'province',
  'zipCode',
  'countryCode',
  'birthDate',
  'sex',
  'avatarUrl',
  'phone',
  'whatsAppId',
  'agreements',
] as const;
export type NativeField = (typeof NATIVE_FIELDS)[number];

const READERS: Readonly<Record<NativeField, (value: unknown) => FieldReading>> = {
  firstName: readText,
  lastName: readText,
  displayName: readText,
  company: readText,
  address: readText,
  city: readText,
  province: readText,
  zipCode: readText,
  countryCode: readCountryCode,
  birthDate: readBirthDate,
  sex: readSex,
  avatarUrl: readAvatarUrl,
  phone: readPhone,
  whatsAppId: readText,
  agreements: readAgreements,
};

export function isNativeField(name: string): name is NativeField {
  return Object.hasOwn(READERS, name);
}

/** The value as it is stored, or why it cannot be. */
export function readNativeField(name: NativeField, value: unknown): FieldReading {
  return READERS[name](value);
}

/** Why a text of a profile, or the name of a tag, cannot be stored; undefined where it can. */
export function textProblem(text: string, limit = MAX_TEXT): string | undefined {
  if (text.length > limit) return `must have at most ${limit} characters`;
  if (text !== '' && text.replaceAll(VARIATION_SELECTORS, '') === '') return 'holds nothing that can be seen';
  return storageProblem(text)?.message;
}

function invalid(message: string): FieldReading {
  return { kind: 'invalid', message };
}

/** Numbers are taken as their digits: a zip code or a house number is often sent as one. */
function readText(value: unknown): FieldReading {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return invalid('must be a string');
  const problem = textProblem(text);
  return problem === undefined ? { kind: 'valid', value: text.trim() } : invalid(problem);
}

function readCountryCode(value: unknown): FieldReading {
  if (typeof value !== 'string' || !/^[a-z]{2}$/i.test(value.trim())) {
    return invalid('must be an ISO 3166 country code of two letters, such as GB');
  }
  return { kind: 'valid', value: value.trim().toUpperCase() };
}

function readBirthDate(value: unknown): FieldReading {
  const message = 'must be a date after 1900-01-01 as yyyy-mm-dd';
  if (typeof value !== 'string' || !DATE.test(value) || value < FIRST_BIRTH_DATE) return invalid(message);
  const date = new Date(`${value}T00:00:00Z`);
  const exists = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
  return exists ? { kind: 'valid', value } : invalid(message);
}

function readSex(value: unknown): FieldReading {
  const name = typeof value === 'string' ? value.trim().toUpperCase() : undefined;
  const sex = SEXES.find((known) => known === name);
  return sex === undefined ? invalid(`must be one of ${SEXES.join(', ')}`) : { kind: 'valid', value: sex };
}

/** An http(s) link: any other scheme would be a way to run a script where the picture is shown. */
function readAvatarUrl(value: unknown): FieldReading {
  if (typeof value !== 'string') return invalid('must be a string');
  const text = value.trim();
  const problem = textProblem(text, MAX_URL);
  if (problem !== undefined) return invalid(problem);
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    return invalid('must be an http(s) URL');
  }
  return { kind: 'valid', value: text };
}

function readPhone(value: unknown): FieldReading {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !PHONE.test(text.trim())) {
    return invalid('must be a phone number of 6 to 20 digits, blanks, "-", "(", ")" or "/", with "+" before');
  }
  return { kind: 'valid', value: text.trim() };
}

/** The agreements that are named, as booleans; others stay as they are. */
function readAgreements(value: unknown): FieldReading {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return invalid('must be an object of booleans');
  }
  const given: Partial<Record<(typeof AGREEMENTS)[number], boolean>> = {};
  for (const name of AGREEMENTS) {
    const agreed: unknown = Reflect.get(value, name);
    if (agreed === undefined || agreed === null) continue;
    const flag = flagOf(agreed);
    if (flag === undefined) return invalid(`has a value for ${name} that is neither true nor false`);
    given[name] = flag;
  }
  return { kind: 'valid', value: given };
}

/** `true`, `"true"`, `"True"`, 1 and their opposites. */
function flagOf(value: unknown): boolean | undefined {
  if (value === true || value === 1 || value === 'true' || value === 'True') return true;
  if (value === false || value === 0 || value === 'false' || value === 'False') return false;
  return undefined;
}
