import { runPlugin } from "../../lib/cni/run-plugin.ts";
import { bridge } from "./plugin.ts";

runPlugin(bridge);
