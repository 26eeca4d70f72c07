/** Reads the function's environment; its faults are named with the first request. */
export function readSettings(environment) {
  const issuer = environment.JWT_ISSUER;
  const audience = environment.JWT_AUDIENCE;
  const faults = [];
  if (!issuer) faults.push('JWT_ISSUER is not set');
  else if (!issuer.startsWith('https://') || !URL.canParse(issuer))
    faults.push(`JWT_ISSUER is ${issuer}, not an https address`);
  if (!audience) faults.push('JWT_AUDIENCE is not set');
  return { faults, issuer, audience };
}
