import { type TSchema, Type } from "typebox";
import Value from "typebox/value";
import type { Outcome } from "../fixture/command.ts";

const Text = Type.String({ minLength: 1 });
const Dns = Type.Object({
  nameservers: Type.Optional(Type.Array(Type.String())),
  domain: Type.Optional(Type.String()),
  search: Type.Optional(Type.Array(Type.String())),
  options: Type.Optional(Type.Array(Type.String())),
});
const Route = Type.Object({
  dst: Text,
  gw: Type.Optional(Text),
  ...Object.fromEntries(
    ["mtu", "advmss", "priority", "table", "scope"].map((key) => [key, Type.Optional(Type.Integer())]),
  ),
});
const Interface = Type.Object(
  {
    name: Text,
    mac: Type.Optional(Text),
    mtu: Type.Optional(Type.Integer()),
    sandbox: Type.Optional(Text),
    socketPath: Type.Optional(Text),
    pciID: Type.Optional(Text),
  },
  { additionalProperties: false },
);
const address = { address: Text, gateway: Type.Optional(Text), interface: Type.Optional(Type.Integer()) };
const strict = { additionalProperties: false };

/** Results of 1.0.0 and later, of 0.3.0 to 0.4.0, and of 0.1.0 and 0.2.0 (CNI specification, section 5). */
const Present = Type.Object(
  {
    cniVersion: Text,
    interfaces: Type.Optional(Type.Array(Interface)),
    ips: Type.Optional(Type.Array(Type.Object(address, strict))),
    routes: Type.Optional(Type.Array(Route)),
    dns: Type.Optional(Dns),
  },
  strict,
);
const Versioned = Type.Object(
  {
    cniVersion: Text,
    interfaces: Type.Optional(Type.Array(Interface)),
    ips: Type.Optional(Type.Array(Type.Object({ version: Text, ...address }, strict))),
    routes: Type.Optional(Type.Array(Route)),
    dns: Dns,
  },
  strict,
);
const Family = Type.Optional(
  Type.Object({ ip: Text, gateway: Type.Optional(Text), routes: Type.Optional(Type.Array(Route)) }, strict),
);
const Original = Type.Object({ cniVersion: Text, ip4: Family, ip6: Family, dns: Dns }, strict);

const ErrorReport = Type.Object(
  {
    cniVersion: Text,
    code: Type.Integer({ minimum: 1, maximum: 998 }),
    msg: Text,
    details: Type.Optional(Text),
  },
  strict,
);
const Versions = Type.Object({ cniVersion: Text, supportedVersions: Type.Array(Text) }, strict);

/**
 * Where an answer is none that the protocol knows (CNI specification 1.1.0, sections 2 and 5); empty where it is one.
 *
 * @param verb CNI_COMMAND of the call.
 */
export function oddities(verb: string | undefined, { status, output, errors }: Outcome): string[] {
  const odd: string[] = [];
  if (/^\s+at .*[:(]/m.test(errors + output)) odd.push("a stack trace");
  if (status === 0) odd.push(...oddSuccess(verb, output));
  else if (status === 1) odd.push(...violations(ErrorReport, output));
  else odd.push(`status ${status}`);
  return odd;
}

function oddSuccess(verb: string | undefined, output: string): string[] {
  if (verb === "VERSION") return violations(Versions, output);
  if (verb !== "ADD") return output === "" ? [] : ["a result where there is none"];
  const version = /"cniVersion": "([^"]*)"/.exec(output)?.[1] ?? "";
  if (version.startsWith("0.1.") || version.startsWith("0.2.")) return violations(Original, output);
  return violations(version.startsWith("0.") ? Versioned : Present, output);
}

function violations(schema: TSchema, text: string): string[] {
  try {
    return Value.Errors(schema, JSON.parse(text)).map(
      ({ instancePath, message }) => `${instancePath} ${message}`,
    );
  } catch (error) {
    return [String(error)];
  }
}
