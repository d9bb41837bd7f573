import { fileURLToPath } from "node:url";

/**
 * The paths of the modules that an interpreter takes its time for. In native executables, functions of native/ take their
 * place, which have the same names and do the same: test/system/native-functions.test.ts holds them against each other.
 */
export const nativeModules = [
  "encoding/hex",
  "encoding/html",
  "encoding/sha512",
  "encoding/utf8",
  "ip/address-digits",
  "net/netlink/attribute-values",
  "net/netlink/compose",
  "net/netlink/messages-with",
  "net/netlink/parse-messages",
  "net/nf-tables/statement",
].map((module) => fileURLToPath(new URL(`../../lib/${module}.ts`, import.meta.url)));
