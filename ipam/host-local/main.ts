import { runPlugin } from "../../lib/cni/run-plugin.ts";
import { hostLocal } from "./plugin.ts";

runPlugin(hostLocal);
