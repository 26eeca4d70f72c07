import { checkExitCodeMeanings, checkFlags, checkFlagUsage, explainFlags } from './check-flags.js';
import { columns } from './columns.js';

/** The text of `check --help`. */
export function checkHelp(): string {
  return `Usage: create-secure-infra check [folder] [flags]

Finds in a Terraform project for AWS, of this generator or not, what makes an apply fail or leaves it insecure.
It reads .tf, .tofu and .tfvars files, in HCL or JSON, and the modules that terraform init has brought; it needs neither
terraform nor credentials. Without a folder it looks at the current one; with --plan or --state alone, at that file only.

Flags
${columns(checkFlags.map((flag) => [checkFlagUsage(flag), flag.help]))}

Exit codes
${columns(Object.entries(checkExitCodeMeanings).map(([code, meaning]) => [code, meaning]))}

A finding that is meant to stay is suppressed by a comment in its block, with the reason:
  # create-secure-infra:ignore <rule> <reason>
With --no-suppressions it counts all the same; so does what an option that is off would put aside, or what the record of
answers says, and rules for generated projects hold for every one. Modules in .terraform/modules are looked at, and count
as not looked into all the same; variables that Terragrunt may set are looked at with their defaults.

Examples
  create-secure-infra check
  create-secure-infra check infra --format github --fail-on warning
  create-secure-infra check infra --format github --no-suppressions
  terraform show -json plan.bin > plan.json && create-secure-infra check . --plan plan.json
  create-secure-infra explain alb-two-zones
`;
}

/** The text of `explain --help`. */
export function explainHelp(): string {
  return `Usage: create-secure-infra explain [rule] [flags]

Tells why a rule is there, with an example of the fault and of its remedy. Without a rule it lists all of them.

Flags
${columns(explainFlags.map((flag) => [checkFlagUsage(flag), flag.help]))}
`;
}
