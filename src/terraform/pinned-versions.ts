import type { ModuleFolder } from './module-folder.js';
import type { Sources } from './project.js';
import { upwards } from './surroundings.js';
import { limitsOf, requiredVersions } from './terraform-versions.js';
import { admitsOnlyBefore, type PinnedVersion } from './version-constraints.js';

/**
 * What holds down the version of Terraform: `required_version` in any module, and the version that tfenv, tfswitch, asdf
 * or mise is to take. What is older than the modules let in was left behind, and counts for nothing.
 */
export function pinnedVersions(sources: Sources, folders: readonly ModuleFolder[]): PinnedVersion[] {
  const required = folders.flatMap(requiredVersions);
  const installed = installedVersion(sources);
  if (!installed) return required;
  const isRefused = required.some(({ constraint }) => {
    const floor = limitsOf(constraint)?.floor;
    return floor !== undefined && admitsOnlyBefore(installed.constraint, floor);
  });
  return isRefused ? required : [...required, installed];
}

/** The oldest versions of Terraform that a part of the language is refused from, or needed for. */
const turningPoints = ['0.12', '0.13', '0.14', '0.15'];

/** The pin by which a project is only run with versions that differ from 1.0 in what they take; undefined for others. */
export function oldPin(pins: readonly PinnedVersion[]): PinnedVersion | undefined {
  for (const version of turningPoints) {
    const pin = pins.find(({ constraint }) => admitsOnlyBefore(constraint, version));
    if (pin) return pin;
  }
  return undefined;
}

/** Files with a version alone: https://github.com/tfutils/tfenv#terraform-version-file, https://tfswitch.warrensbox.com */
const versionFiles = ['.terraform-version', '.tfswitchrc'];

/** Files with the versions of several tools: https://asdf-vm.com/manage/configuration.html, https://mise.jdx.dev/configuration.html */
const toolFiles = ['.tool-versions', 'mise.toml', '.mise.toml'];

/** What is nearest to the project counts. */
function installedVersion(sources: Sources): PinnedVersion | undefined {
  for (const folder of upwards(sources)) {
    const names = sources.list(folder) ?? [];
    for (const name of [...versionFiles, ...toolFiles]) {
      if (!names.includes(name)) continue;
      const path = folder === '' ? name : `${folder}/${name}`;
      const lines = (sources.read(path) ?? '').split('\n');
      const at = versionFiles.includes(name)
        ? lines.findIndex((line) => line.trim() !== '' && !line.trimStart().startsWith('#'))
        : lines.findIndex((line) => /^\s*"?terraform[\s"=]/.test(line));
      if (at < 0) continue;
      const constraint = constraintOf(lines[at]!.replace(/^\s*"?terraform[\s"=]+/, ''));
      return constraint === undefined ? undefined : { constraint, location: { path, line: at + 1 } };
    }
  }
  return undefined;
}

/** `0.11.15`, `v0.11`, `latest:^0.11`; undefined for `latest` and what else names no version. */
function constraintOf(written: string): string | undefined {
  const found = /^\s*(?:latest:)?\^?v?(\d{1,5})(?:\\?\.(\d{1,5}))?(?:\\?\.(\d{1,5}))?/.exec(written);
  if (!found) return undefined;
  const [, major, minor, patch] = found;
  if (minor === undefined) return `~> ${major}.0`;
  return patch === undefined ? `~> ${major}.${minor}.0` : `${major}.${minor}.${patch}`;
}
