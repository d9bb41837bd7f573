import { type Static, Type } from "typebox";

/** libcni takes a text for a truth value, too. */
const Flag = (description: string) =>
  Type.Optional(Type.Union([Type.Boolean(), Type.Literal("true"), Type.Literal("false")], { description }));

const Version = { examples: ["1.1.0", "1.0.0", "0.4.0", "0.3.1"] };

/** What the configuration of any plugin of a list may have (CNI specification 1.1.0, section 1). */
export const PluginObject = Type.Object(
  {
    type: Type.String({
      description:
        "The plugin: the name of its executable, which is looked for in the directories of CNI_PATH.",
      pattern: "^[^/]+$",
      examples: ["bridge", "portmap", "firewall", "bandwidth", "tuning"],
    }),
    capabilities: Type.Optional(
      Type.Record(Type.String(), Type.Boolean(), {
        description: "What the runtime may tell the plugin, as runtimeConfig, when it is true here.",
        examples: [{ portMappings: true }, { ips: true, mac: true }],
      }),
    ),
    ipam: Type.Optional(
      Type.Object(
        {
          type: Type.Optional(
            Type.String({
              description: "The plugin that leases addresses.",
              examples: ["host-local", "dhcp", "static"],
            }),
          ),
        },
        { description: "Where the container's addresses come from." },
      ),
    ),
    runtimeConfig: Type.Optional(
      Type.Object({}, { description: "What the runtime sets by the plugin's capabilities; not for files." }),
    ),
    prevResult: Type.Optional(
      Type.Object({}, { description: "What ADD answered so far; set by the runtime, not for files." }),
    ),
  },
  { description: "A plugin, which is called with this object, the network's name and its version." },
);

/** A network configuration list (CNI specification 1.1.0, section 1). */
export const NetworkList = Type.Object({
  cniVersion: Type.Optional(
    Type.String({ description: "The version of the CNI specification; 0.1.0 by default.", ...Version }),
  ),
  cniVersions: Type.Optional(
    Type.Array(Type.String(Version), {
      description:
        "More versions by which the network can be read; the runtime takes the highest that it knows.",
    }),
  ),
  name: Type.String({
    description:
      "The network's name, which no other network of the host has; leases and results are kept by it.",
    pattern: "^[a-zA-Z0-9][a-zA-Z0-9_.-]*$",
  }),
  disableCheck: Flag("Never CHECK attachments: the runtime takes each for what ADD made it."),
  disableGC: Flag("Never call GC: another runtime has attachments of a network of this name."),
  loadOnlyInlinedPlugins: Flag(
    "Use no plugins but those of this file; false looks into a directory of its name, too.",
  ),
  plugins: Type.Array(PluginObject, {
    description: "The plugins, in the order of ADD; for DEL, they are called in reverse.",
    minItems: 1,
  }),
});

export type NetworkList = Static<typeof NetworkList>;
