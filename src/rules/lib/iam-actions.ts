import { expandIamActions } from '../../aws/iam-actions.js';
import { nearest } from '../../nearest.js';

/**
 * The action that `action` was probably meant to be: one of the same service, or else the same action of another
 * service, if its prefix is near or no third has that action. Undefined where there is none, and for patterns.
 */
export function nearestIamAction(action: string): string | undefined {
  if (/[*?]/.test(action)) return undefined;
  const [prefix = '', ...rest] = action.split(':');
  const name = rest.join(':');
  const siblings = expandIamActions(`${prefix}:*`).map(nameOf);
  const near = nearest(name, siblings);
  if (near) return `${prefix.toLowerCase()}:${near}`;
  const homes = new Map(expandIamActions(`*:${name}`).map((found) => [found.split(':')[0]!, nameOf(found)]));
  const home = nearest(prefix, [...homes.keys()]) ?? (homes.size === 1 ? [...homes.keys()][0] : undefined);
  return home && `${home}:${homes.get(home)}`;
}

function nameOf(action: string): string {
  return action.slice(action.indexOf(':') + 1);
}
