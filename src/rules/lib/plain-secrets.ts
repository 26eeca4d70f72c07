import { Unknown, type Value } from '../../terraform/value.js';
import { isPublicName, isStandIn } from './stand-ins.js';

const secretName = /(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|SECRET_?(ACCESS_?)?KEY)$/i;
const secretValue = /(^|\.)(random_password\.[^.]+\.(result|bcrypt_hash)|[^.]+\.secret_string|[^.]+\.master_password)$/;

/** Whether an environment variable holds a secret: by its name and a value that is written out, or by where it is from. */
export function holdsSecret(name: string, value: Value): boolean {
  if (value instanceof Unknown) return value.symbol !== undefined && secretValue.test(value.symbol);
  if (typeof value !== 'string' || !secretName.test(name) || isPublicName(name) || isStandIn(value)) return false;
  // A reference to a secret, a switch or a path is none.
  return value !== '' && !/^(arn:|\/|true$|false$|\d+$)/.test(value);
}
