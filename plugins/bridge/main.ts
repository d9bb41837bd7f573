import { runPlugin } from "../../lib/cni/plugin.ts";
import { bridge } from "./plugin.ts";

runPlugin(bridge);
