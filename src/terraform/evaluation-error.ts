/** A call or an expression that Terraform would refuse. */
export class EvaluationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EvaluationError';
  }
}

/** Thrown by a function for what cannot be told, because JavaScript and Terraform may differ in it: it is unknown then. */
export class NotTold extends Error {
  constructor() {
    super('cannot be told');
    this.name = 'NotTold';
  }
}
