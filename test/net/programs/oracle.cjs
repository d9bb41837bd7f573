// Reads a network namespace through the npm package `netlink`, and prints links, addresses and routes as JSON.
const { createRtNetlink } = require("netlink");

async function main() {
  const socket = createRtNetlink();
  const links = await socket.getLinks();
  const nameOf = new Map(links.map(({ data, attrs }) => [data.index, attrs.ifname]));
  const addresses = await socket.getAddresses();
  const routes = await socket.getRoutes();
  const state = {
    links: links.map(({ data, attrs }) => ({
      index: data.index,
      name: attrs.ifname,
      up: data.flags.up === true,
      promiscuous: data.flags.promisc === true,
      mtu: attrs.mtu,
      mac: colons(attrs.address),
      alias: attrs.ifalias ?? "",
      master: nameOf.get(attrs.master),
    })),
    addresses: addresses.map(({ data, attrs }) => ({
      link: nameOf.get(data.index),
      address: [...(attrs.local ?? attrs.address)],
      length: data.prefixlen,
      broadcast: attrs.broadcast && [...attrs.broadcast],
      nodad: attrs.flags?.nodad === true,
    })),
    routes: routes
      .filter(({ data }) => data.type === "UNICAST" && data.protocol === "BOOT")
      .map(({ data, attrs }) => ({
        family: data.family,
        to: attrs.dst && [...attrs.dst],
        length: data.dstLen,
        via: attrs.gateway && [...attrs.gateway],
        link: nameOf.get(attrs.oif),
        // RTNH_F_ONLINK, which the package has no name for.
        onlink: ((data.flags.__unknown ?? 0) & 4) !== 0,
        scope: data.scope,
        table: attrs.table,
        priority: attrs.priority,
        mtu: attrs.metrics?.mtu && Buffer.from(attrs.metrics.mtu).readUInt32LE(),
        advmss: attrs.metrics?.advmss && Buffer.from(attrs.metrics.advmss).readUInt32LE(),
      })),
  };
  console.log(JSON.stringify(state));
  process.exit(0);
}

function colons(bytes) {
  return bytes && [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}

main();
