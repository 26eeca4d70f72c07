/** Values to write into terraform.tfvars, in HCL, by variable. */
type Values = Record<string, string>;

/** What golden/samples.json says of a stack. */
export interface StackRow {
  /** Answers as an answers file gives them, by sample; each is a folder of golden/. */
  samples: Record<string, object>;
  /** What is scanned beside the samples, by the flag that makes it differ from the defaults. */
  alsoScanned?: Record<string, object>;
  /** What the README says may be run in a project that was applied, in the order in which it is. */
  commands?: ProjectCommand[];
  /** How it is called once the commands have run. */
  firstCall?: FirstCall;
  /** The first release of the application: what the README says to set, and what must be running then. */
  release?: {
    set: Values;
    /** What it says to run once that is applied. */
    commands?: ProjectCommand[];
    /** Each must match an entry of the simulator's inventory then. */
    running: EntryPattern[];
  };
  /** What AWS refuses to delete in the production profile. */
  protected?: ProtectedResource[];
  /** What the README of a production project says under "Taking it down". */
  takingDown?: {
    set: Values;
    /** Addresses that `terraform state rm` takes out of the state. */
    forget: string[];
  };
  /** What AWS keeps of this stack after a destroy. */
  kept?: KeptPattern[];
  /** Checks of scanners that may be suppressed. */
  suppressed?: string[];
  /** How many it may suppress that no earlier stack does, where that is not what all have. */
  mostSuppressed?: number;
}

/** A command line for a shell in the project's folder, where `aws` reaches the simulator. */
export interface ProjectCommand {
  run: string;
  /** The answers of the projects that it is for; it is for all, unless it says so. */
  answers?: Record<string, unknown>;
  /** The exit code that it must end with. */
  exitCode: number;
  /** What it must print, each a pattern. */
  prints: string[];
}

/** The tests of a project that call what it deploys, which run against the code that is deployed. */
export interface FirstCall {
  /** The address of what clients call: the stage of an API, or a load balancer. */
  address: string;
  /** The variable from which the tests take where it answers. */
  variable: string;
  /** What runs them in the project's folder, and prints each. */
  tests: string;
}

/** A resource that AWS refuses to delete. */
export interface ProtectedResource {
  address: string;
  /** As AWS signs it: `rds`. */
  service: string;
  /**
   * The parameters of the call that would delete it, in which `{id}` stands for that attribute of the resource. With an
   * X-Amz-Target among them the call is one of a service that takes JSON.
   */
  delete: Record<string, string>;
}

/** Something in the simulator's inventory. */
export interface EntryPattern {
  /** Pattern of its name. */
  entry: string;
  /** Pattern of the state it is in. */
  state?: string;
}

/** Something that AWS keeps after a destroy. */
export interface KeptPattern extends EntryPattern {
  /** In which projects; all, unless it says so. */
  profile?: 'ephemeral' | 'production';
  why: string;
}

export const goldenFolder: string;
export const stackRows: Record<string, StackRow>;
export const sampleAnswers: { name: string; answers: { stack: string; name: string } & object }[];
export const wholeSample: string;
export function withNames(stack: string, answers: object): { stack: string; name: string } & object;
