import type { Block } from '../../terraform/project.js';
import { Resource } from '../../terraform/project.js';
import { ignoresChanges } from './presence.js';

/** Words that say of themselves that something else belongs in their place. */
const standing = new Set(['placeholder', 'changeme', 'replaceme', 'changeit', 'dummy', 'fixme', 'todo', 'tbd']);

/** The same in several words, between blanks. */
const standingTogether =
  / (?:(?:change|replace|update|edit|set|fill) (?:me|this|it|in|later|manually)|to be (?:set|filled|replaced|changed|provided|defined|added|updated)|(?:not|never) set|set (?:by hand|outside)) /;

/**
 * Whether a text stands where whoever runs Terraform is to put another: "changeme", "REPLACE_ME_WITH_BUCKET",
 * "<account id>", "your-api-key".
 */
export function isStandIn(text: string): boolean {
  const trimmed = text.trim();
  if (/^<[^<>]+>$/.test(trimmed) || /^x{3,}$/i.test(trimmed)) return true;
  const words = wordsOf(text);
  if (words[0] === 'your' && words.length > 1) return true;
  return words.some((word) => standing.has(word)) || standingTogether.test(` ${words.join(' ')} `);
}

/** Whether a name says that what it is of is for everybody, as a key that is sent to browsers. */
export function isPublicName(name: string): boolean {
  const words = wordsOf(name);
  if (words.some((word) => word === 'public' || word === 'publishable' || word === 'sitekey')) return true;
  return words.some((word, at) => word === 'site' && words[at + 1] === 'key');
}

function wordsOf(text: string): string[] {
  return text
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

/**
 * Whether a text is what another resource was made with and does not keep: the argument that it is read from is under
 * `ignore_changes`, and has what somebody put there later.
 */
export function isReadFromLeftAlone(block: Block, argument: string, text: string): boolean {
  return block
    .refs(argument)
    .filter((resource) => !(block instanceof Resource && resource.address === block.address))
    .some((resource) =>
      resource.body.names().some((name) => resource.get(name) === text && ignoresChanges(resource, name)),
    );
}
