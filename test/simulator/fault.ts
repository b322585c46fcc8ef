/** What a planted fault is. */
export interface Fault {
  /** As a report of it would be titled. */
  readonly name: string;
  readonly where: string;
  /** Plants it for every client that is made from here on; the returned function takes it out again. */
  readonly plant: () => () => void;
}
