/** What all values that are objects have in common, so that one look tells them from data of a host. */
export abstract class ValueObject {}
