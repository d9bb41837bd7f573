import { runPlugin } from "../../lib/cni/plugin.ts";
import { hostLocal } from "./plugin.ts";

runPlugin(hostLocal);
