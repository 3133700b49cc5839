/** The closed list of Open Badges 3.0; an issuer's own types are written `ext:Name`. */
const ACHIEVEMENT_TYPES: ReadonlySet<string> = new Set([
  'Achievement',
  'ApprenticeshipCertificate',
  'Assessment',
  'Assignment',
  'AssociateDegree',
  'Award',
  'BachelorDegree',
  'Badge',
  'Certificate',
  'CertificateOfCompletion',
  'Certification',
  'CoCurricular',
  'CommunityService',
  'Competency',
  'Course',
  'Degree',
  'Diploma',
  'DoctoralDegree',
  'Fieldwork',
  'GeneralEducationDevelopment',
  'JourneymanCertificate',
  'LearningProgram',
  'License',
  'MasterCertificate',
  'MasterDegree',
  'Membership',
  'MicroCredential',
  'ProfessionalDoctorate',
  'QualityAssuranceCredential',
  'ResearchDoctorate',
  'SecondarySchoolDiploma',
]);

const OWN_TYPE = /^ext:[A-Za-z0-9._-]+$/;

export function isAchievementType(value: string): boolean {
  return ACHIEVEMENT_TYPES.has(value) || OWN_TYPE.test(value);
}
