import { system } from "#system";
import { CniError, Code, describe } from "../../lib/cni/error.ts";
import type { Dns } from "../../lib/cni/result.ts";
import { isSystemError } from "../../lib/system/error.ts";

/**
 * What a resolv.conf says, for the result.
 *
 * @param path Where it is; without one the result says nothing of name resolution.
 * @throws CniError 5 when it cannot be read.
 */
export function readResolvConf(path = ""): Dns {
  if (path === "") return {};
  try {
    return parseResolvConf(system.readText(path));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const reason = error.code === "ENOENT" ? "no such file or directory" : describe(error);
    throw new CniError(
      Code.inputOutput,
      `open ${path}: ${reason}`,
      `/ipam/resolvConf is ${JSON.stringify(path)}`,
    );
  }
}

/**
 * The part of resolv.conf(5) that a result can carry, read as the reference does: other than in glibc, the lines
 * `search` and `options` add to those before them, and comments have lines of their own.
 */
export function parseResolvConf(text: string): Dns {
  const entries = text.split("\n").map((line) => line.trim().split(/\s+/));
  const known = entries.filter(([keyword = "", ...values]) => values.length > 0 && !/^[#;]/.test(keyword));
  const valuesOf = (keyword: string) =>
    known.filter(([first]) => first === keyword).map(([, ...values]) => values);

  return {
    nameservers: unlessEmpty(valuesOf("nameserver").map(([address = ""]) => address)),
    domain: valuesOf("domain").at(-1)?.[0],
    search: unlessEmpty(valuesOf("search").flat()),
    options: unlessEmpty(valuesOf("options").flat()),
  };
}

/** A list that has something in it; results leave others out. */
function unlessEmpty(values: readonly string[]): readonly string[] | undefined {
  return values.length === 0 ? undefined : values;
}
