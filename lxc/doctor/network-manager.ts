import type { MatchedLink } from "./networkd.ts";
import { globOf, itemsIn, settingsFiles, textOf } from "./read.ts";

/**
 * Whether NetworkManager takes a link for one that it may configure: by what it says of a link that is there, or else by its
 * files. A link that it has made itself counts as none that it would take from others.
 *
 * @param index The link's, where it is there.
 */
export function isManaged(link: MatchedLink, index: number | undefined): boolean {
  const says = index === undefined ? [] : itemsIn(`/run/NetworkManager/devices/${index}`);
  if (says.length === 0) return !(isUnmanagedByRule(link) || isUnmanagedByFiles(link));
  const is = (key: string) => says.some((item) => item.key === key && item.value === "true");
  return is("managed") && !is("nm-owned");
}

/** By a rule of udev that NetworkManager brings along. */
function isUnmanagedByRule({ kind }: MatchedLink): boolean {
  const directories = ["/etc", "/run", "/usr/lib", "/lib"].map((each) => `${each}/udev/rules.d`);
  const [file] = settingsFiles(directories, "85-nm-unmanaged.rules");
  return kind === "veth" && file !== undefined && textOf(file).includes("veth");
}

/** By NetworkManager.conf(5): `unmanaged-devices`, or a section for devices that says `managed=0`. */
function isUnmanagedByFiles({ name }: MatchedLink): boolean {
  const items = ["/etc/NetworkManager/NetworkManager.conf", ...settingsFiles(directories, ".conf")].flatMap(
    itemsIn,
  );
  const unmanaged = items.filter(({ key, value }) => key === "managed" && /^(0|no|false|off)$/.test(value));
  const lists = items.filter(
    ({ key, section }) =>
      key === "unmanaged-devices" ||
      (key === "match-device" && unmanaged.some((item) => item.section === section)),
  );
  return lists.some(({ value }) => hasLink(value, name));
}

const directories = ["/etc", "/run", "/usr/lib"].map((each) => `${each}/NetworkManager/conf.d`);

/** Whether a list of devices has a link by its name, or has all of them. */
function hasLink(list: string, name: string): boolean {
  return list.split(/[,;]/).some((device) => {
    const [, pattern = ""] = /^\s*(?:interface-name:=?|(?=\*\s*$))(\S+)/.exec(device) ?? [];
    return globOf(pattern).test(name);
  });
}
