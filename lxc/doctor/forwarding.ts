import { forwardingKeys, isForwarding } from "../../plugins/bridge/forwarding.ts";
import { type Finding, ok, wrong } from "./finding.ts";
import { gatewayNetworks, type Subject } from "./subject.ts";

/** Whether the host forwards, as ADD made it do for networks that have their bridge by now. */
export function forwarding(subject: Subject): Finding[] {
  const inUse = gatewayNetworks(subject).filter(
    ({ settings }) => subject.links.readLink("host", settings.gatewayLink) !== undefined,
  );
  return ([4, 6] as const).flatMap((family) => {
    const affected = inUse.filter(({ details }) =>
      (details.pool?.sets ?? []).flat().some(({ subnet }) => subnet.address.family === family),
    );
    if (affected.length === 0) return [];
    if (isForwarding(family)) return [ok(`the host forwards IPv${family}`)];
    const names = affected.map(({ network }) => network.name).join(", ");
    const key = forwardingKeys[family];
    return [
      wrong(
        `the host does not forward IPv${family}: containers on ${names} reach nothing beyond it`,
        `/proc/sys/net/${key}`,
        `sysctl -w net.${key.replaceAll("/", ".")}=1`,
      ),
    ];
  });
}
