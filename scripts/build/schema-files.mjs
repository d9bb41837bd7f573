import { join } from "node:path";
import { evaluate } from "./schema-plugin.mjs";

/**
 * The schemas of network configurations, for editors: what docs/schema holds.
 *
 * They are the schemas that the plugins themselves hold configurations against, put together: an element of a list is
 * held against what the type of its plugin, and of its IPAM plugin, asks for. Each file stands alone.
 *
 * @param {string} root The checkout.
 * @returns {Promise<Record<string, string>>} The content of each file, by its name.
 */
export async function schemaFiles(root) {
  const { BridgeConfig } = await schemasOf(join(root, "plugins/bridge/config.schema.ts"));
  const { HostLocalConfig } = await schemasOf(join(root, "ipam/host-local/config.schema.ts"));
  const { NetworkList, PluginObject } = await schemasOf(join(root, "lib/cni/network-list.schema.ts"));

  const definitions = {
    plugin: PluginObject,
    bridge: asPluginObject(BridgeConfig),
    "host-local": asPluginObject(HostLocalConfig),
  };
  const { "host-local": hostLocal } = definitions;
  const files = {
    "bridge.json": document(
      "CNI plugin bridge",
      "Containers as ports of a bridge of the host: a network of this plugin alone, or the plugin's object in a list.",
      {
        ...requiring(definitions.bridge, { type: constant(definitions.bridge.properties.type, "bridge") }),
        allOf: [whenIpamIs("host-local")],
        $defs: { "host-local": hostLocal },
      },
    ),
    "host-local.json": document(
      "CNI plugin with host-local",
      "A plugin whose addresses are leased by host-local, from ranges in its ipam section.",
      requiring(hostLocal, { ipam: withType(hostLocal.properties.ipam, "host-local") }),
    ),
    "conflist.json": document(
      "CNI network configuration list",
      "A network: a chain of plugins under one name.",
      {
        ...NetworkList,
        properties: { ...NetworkList.properties, plugins: chosenByType(NetworkList.properties.plugins) },
        $defs: definitions,
      },
    ),
  };
  const texts = Object.entries(files).map(([name, schema]) => [name, `${JSON.stringify(schema, null, 2)}\n`]);
  return Object.fromEntries(texts);
}

/** What a module of schemas exports, as plain JSON. */
async function schemasOf(path) {
  const { exports } = await evaluate(path);
  return JSON.parse(JSON.stringify(exports));
}

function document(title, description, schema) {
  return { $schema: "https://json-schema.org/draft/2020-12/schema", title, description, ...schema };
}

/** A plugin gets the network's name from the runtime; in a file, only the list has it. */
function asPluginObject({ required = [], ...schema }) {
  const others = required.filter((key) => key !== "name");
  return others.length === 0 ? schema : { ...schema, required: others };
}

/** A schema whose objects must have these members, by schemas that replace its own. */
function requiring(schema, members) {
  const required = [...new Set([...(schema.required ?? []), ...Object.keys(members)])];
  return { ...schema, required, properties: { ...schema.properties, ...members } };
}

function withType(schema, type) {
  return requiring(schema, { type: constant(schema.properties.type, type) });
}

function constant(schema, value) {
  return { ...schema, const: value };
}

/** A list of plugins, each held against what its type asks for; one of a type that is not known may have anything. */
function chosenByType({ items: _, ...list }) {
  return {
    ...list,
    items: { $ref: "#/$defs/plugin", allOf: [whenTypeIs("bridge"), whenIpamIs("host-local")] },
  };
}

function whenTypeIs(type) {
  return when(typeIs(type), type);
}

function whenIpamIs(type) {
  return when({ properties: { ipam: typeIs(type) }, required: ["ipam"] }, type);
}

function typeIs(type) {
  return { properties: { type: { const: type } }, required: ["type"] };
}

/** Objects that fit a condition have to fit a definition. */
function when(condition, definition) {
  // biome-ignore lint/suspicious/noThenProperty: JSON Schema calls it so, and nobody awaits it.
  return { if: condition, then: { $ref: `#/$defs/${definition}` } };
}
