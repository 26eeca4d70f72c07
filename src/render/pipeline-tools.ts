/** The versions of other people's scanners that a project's pipeline runs, and that every golden sample is scanned with. */
export const scannerVersions = { checkov: '3.3.30', tflint: '0.64.0' } as const;

/**
 * The images that a pipeline runs, by digest where one could be looked up: a tag can be moved.
 * `docker buildx imagetools inspect IMAGE` tells a tag's digest.
 */
export const pipelineImages = {
  terraform: 'hashicorp/terraform:1.11.4@sha256:5820b87995595425074f881500a037b0ccd41158d0d9b44d78f5f120612f2d3d',
  node: 'node:24-alpine@sha256:d32cdf619f63fe0471182d08996dd516c6275bb5fd31ae06e55a570bd9e1ad43',
  python: 'python:3.13-alpine@sha256:399babc8b49529dabfd9c922f2b5eea81d611e4512e3ed250d75bd2e7683f4b0',
  tflint: `ghcr.io/terraform-linters/tflint:v${scannerVersions.tflint}@sha256:1c595f42d794c32c45a6ea8b58655fd66433d4ca3b1bc631c574a48d120bd19f`,
  checkov: `bridgecrew/checkov:${scannerVersions.checkov}`,
} as const;

/** Whether npm has this version of the package; until then a pipeline that installs it must not wait for it. */
export const isPublished = false;

/** The actions that generated GitHub workflows use, each by its commit with the version as a comment. */
export const pipelineActions = {
  checkout: 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1',
  setupTerraform: 'hashicorp/setup-terraform@dfe3c3f87815947d99a8997f908cb6525fc44e9e # v4.0.1',
  setupNode: 'actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0',
  setupPython: 'actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0',
  awsCredentials: 'aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3',
};
