/** The versions of other people's scanners that a project's pipeline runs, and that every golden sample is scanned with. */
export const scannerVersions = { checkov: '3.3.30', tflint: '0.64.0' } as const;
