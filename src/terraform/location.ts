/** A place in the user's files. */
export interface Location {
  path: string;
  /** Counted from 1. */
  line: number;
  endLine?: number;
}

/** Where a limit of the run was reached; what is behind it is not known. */
export interface Cut {
  /** A clause, such as `a text would have more than 1,000,000 characters`. */
  what: string;
  location?: Location;
}
