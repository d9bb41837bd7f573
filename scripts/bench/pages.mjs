import { attachmentsPage } from "./pages/attachments.mjs";
import { checkpointPage } from "./pages/checkpoint.mjs";
import { containersPage } from "./pages/containers.mjs";
import { crowdsPage } from "./pages/crowds.mjs";
import { footprintPage } from "./pages/footprint.mjs";
import { foundationsPage } from "./pages/foundations.mjs";
import { leasesPage } from "./pages/leases.mjs";
import { lxcPage } from "./pages/lxc.mjs";

/** All pages, which `--write` writes. @type {import("./write-page.mjs").Page[]} */
export const pages = [
  attachmentsPage,
  containersPage,
  crowdsPage,
  leasesPage,
  lxcPage,
  footprintPage,
  checkpointPage,
  foundationsPage,
];
