/** What all values that are objects have in common, so that one look tells them from data of a host. */
export abstract class ValueObject {
  /** Only a type: keeps TypeScript from taking any object for one of these. */
  declare protected readonly isValue: true;
}
