import { isObject, type Json, type JsonObject } from "../../lib/cni/json.ts";
import type { Attachment } from "../../lib/cni/request.ts";
import { type AttachmentArguments, noArguments } from "../../lib/runtime/attachment-arguments.ts";
import type { Network, PluginConfiguration } from "../../lib/runtime/network.ts";
import { usualMac } from "../container/mac.ts";
import type { WantedNetwork } from "./wanted-network.ts";

/** A network as one container asks for it, and what is told to its plugins beside the configuration. */
export interface WishedNetwork {
  readonly network: Network;
  readonly given: AttachmentArguments;
}

/**
 * Has the plugins of a network told which addresses and which MAC an attachment is to have.
 *
 * They are told in both ways that CNI has for it (its CONVENTIONS.md): as `args.cni` in the configuration of the plugin
 * that makes the interface, which is the first one, and as capability arguments (docs/architecture.md, "The hook").
 */
export function withWishes(
  network: Network,
  attachment: Attachment,
  { ips, mac }: Pick<WantedNetwork, "ips" | "mac">,
): WishedNetwork {
  const wishes: JsonObject = {
    ...(ips.length > 0 ? { ips } : {}),
    ...macToTell(network, attachment, mac),
  };
  if (Object.keys(wishes).length === 0) return { network, given: noArguments };
  const plugins = network.plugins.map((plugin, index) =>
    index === 0 || setsMac(plugin) ? told(plugin, wishes) : plugin,
  );
  return { network: { ...network, plugins }, given: { ...noArguments, capabilityArguments: wishes } };
}

/** The MAC that is asked for, or the container's usual one where the configuration has none. */
function macToTell(
  { plugins }: Network,
  attachment: Attachment,
  asked: WantedNetwork["mac"],
): { mac?: string } {
  if (asked !== undefined) return { mac: asked };
  return plugins.some(setsMac) ? {} : { mac: usualMac(attachment) };
}

function setsMac({ mac, args, runtimeConfig }: PluginConfiguration): boolean {
  return [mac, member(member(args, "cni"), "mac"), member(runtimeConfig, "mac")].some(Boolean);
}

/** A plugin's configuration, with `args.cni` saying more. */
export function told(plugin: PluginConfiguration, wishes: JsonObject): PluginConfiguration {
  const { args } = plugin;
  const before = isObject(args) ? args : {};
  const cni = isObject(before.cni) ? before.cni : {};
  return { ...plugin, args: { ...before, cni: { ...cni, ...wishes } } };
}

function member(value: Json, name: string): Json {
  return isObject(value) ? value[name] : undefined;
}
