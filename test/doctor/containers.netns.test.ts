import { describeEngines } from "../runtime/engines.ts";
import { config, type Fault, findsAndMends, root } from "./faults.ts";

const faults: Readonly<Record<string, Fault>> = {
  "hook lines with a relative path": {
    make: `sed -i 's#DIR/lxc-cni#lxc-cni#' ${config}`,
    verdict: "wrong",
    what: /a hook's path must be absolute/,
    where: /web\/config, line \d/,
    remedy: /lxc-cni enable web simplenet$/,
  },
  "hook lines with a program that is not there": {
    make: `sed -i 's#DIR/lxc-cni#/no/lxc-cni#' ${config}`,
    verdict: "wrong",
    what: /there is no \/no\/lxc-cni/,
    remedy: /lxc-cni enable web simplenet$/,
  },
  "hook lines that are not understood": {
    make: `sed -i 's#hook simplenet#hook simplenet:a:b#' ${config}`,
    verdict: "wrong",
    what: /a hook line is not understood/,
    remedy: /lxc-cni enable web NETWORK$/,
    isToBeRead: true,
  },
  "a network that is not there": {
    make: `sed -i 's#hook simplenet#hook simplenet backnet#' ${config}`,
    verdict: "wrong",
    what: /there is no network backnet/,
    where: /web\/config, line \d/,
    remedy: /^lxc-cni network create backnet$/,
  },
  "no hook at stop": {
    make: `sed -i '/stop/d' ${config}`,
    verdict: "wrong",
    what: /web keeps its addresses and rules when it stops/,
    remedy: /lxc-cni enable web simplenet$/,
  },
  "no hook after a stop": {
    make: `sed -i '/post-stop/d' ${config}`,
    verdict: "doubtful",
    what: /no lxc\.hook\.post-stop/,
    remedy: /lxc-cni enable web simplenet$/,
  },
  "no hook at start": {
    make: `sed -i '/start-host/d' ${config}`,
    verdict: "wrong",
    what: /web is not attached when it starts/,
    remedy: /lxc-cni enable web simplenet$/,
  },
  "a configuration that others may write": {
    make: `chmod 666 ${config}`,
    verdict: "wrong",
    what: /configuration of web can be written by others/,
    remedy: /^chmod go-w \/var\/lib\/lxc\/web\/config$/,
  },
  "a veth of LXC's beside": {
    make: `sed -i 's/type = empty/type = veth/' ${config}`,
    verdict: "wrong",
    what: /LXC gives web a link eth0 \(veth\), which lxc-cni is to make/,
    remedy: /lxc-cni enable web simplenet --replace$/,
  },
  "no network namespace": {
    make: `sed -i '/lxc.net/d' ${config}`,
    verdict: "wrong",
    what: /lxc\.net\.0\.type = empty is missing/,
    remedy: /lxc-cni enable web simplenet$/,
  },
  "lo that LXC leaves down": {
    make: `sed -i '/flags/d' ${config}`,
    verdict: "doubtful",
    what: /LXC leaves lo of web down/,
    remedy: /^echo 'lxc\.net\.0\.flags = up' >> \/var\/lib\/lxc\/web\/config$/,
  },
  "udhcpc in the container": {
    make: `mkdir -p ${root}/etc/init.d && printf '#!/bin/sh\\nudhcpc -i eth0\\n' > ${root}/etc/init.d/rcS`,
    verdict: "wrong",
    what: /udhcpc takes the address of web away/,
    where: /rootfs$/,
    remedy: /^sed -i \/udhcpc\/d \/var\/lib\/lxc\/web\/rootfs\/etc\/init\.d\/rcS$/,
  },
  "ifupdown in the container": {
    make: `mkdir -p ${root}/etc/network && printf 'auto eth0\\niface eth0 inet dhcp\\n' > ${root}/etc/network/interfaces`,
    verdict: "doubtful",
    what: /ifupdown waits for DHCP on eth0/,
    remedy: /^sed -i .*inet manual/,
  },
  "systemd-networkd in the container": {
    make: `mkdir -p ${root}/etc/systemd/network && printf '[Match]\\nName=eth0\\n[Network]\\nDHCP=true\\n' > ${root}/etc/systemd/network/eth0.network`,
    verdict: "doubtful",
    what: /systemd-networkd waits for DHCP on eth0/,
    remedy: /^printf .*05-lxc-cni-eth0\.network/,
  },
};

describeEngines("doctor, of containers", (variant) => findsAndMends(variant, faults));
