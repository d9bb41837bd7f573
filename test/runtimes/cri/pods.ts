import { call } from "./grpc.ts";
import {
  decode,
  encode,
  type Fields,
  type Message,
  mapIn,
  message,
  messagesIn,
  textsIn,
} from "./protobuf.ts";

/** What a pod is to be, beside its name. */
export interface PodOptions {
  /** Ports of the host and of the pod, by TCP. */
  readonly ports?: readonly { readonly host: number; readonly pod: number }[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What a runtime tells of a pod that runs. */
export interface PodStatus {
  /** Its addresses, the first one first. */
  readonly addresses: readonly string[];
  /** The path of its network namespace. */
  readonly netns: string;
}

/** A runtime's pods, as the kubelet handles them: by CRI, the Container Runtime Interface. */
export interface Pods {
  /** @returns the pod's id */
  run(name: string, options?: PodOptions): Promise<string>;
  status(id: string): Promise<PodStatus>;
  /** @returns the ids of all pods */
  list(): Promise<string[]>;
  stop(id: string): Promise<void>;
  remove(id: string): Promise<void>;
  /** What the runtime has read of its CNI configuration, and whether it can make pods. */
  network(): Promise<{ readonly ready: boolean; readonly configuration: string }>;
}

/**
 * The pods of the runtime that listens on a socket.
 *
 * The numbers of the fields are those of runtime.v1 (k8s.io/cri-api, pkg/apis/runtime/v1/api.proto).
 *
 * @param cgroup The cgroup that is to hold the pods.
 */
export function podsAt(socket: string, cgroup: string): Pods {
  const ask = async (method: string, request: Message): Promise<Fields> =>
    decode(await call(socket, `/runtime.v1.RuntimeService/${method}`, encode(request)));
  return {
    run: async (name, options = {}) => {
      const [id = ""] = textsIn(await ask("RunPodSandbox", message(sandbox(name, cgroup, options))), 1);
      return id;
    },
    status: async (id) => {
      const answer = await ask("PodSandboxStatus", message(id, 1));
      const info: { runtimeSpec: { linux: { namespaces: { type: string; path?: string }[] } } } = JSON.parse(
        mapIn(answer, 2).get("info") ?? "",
      );
      const networks = messagesIn(answer, 1).flatMap((status) => messagesIn(status, 5));
      const others = networks.flatMap((network) => messagesIn(network, 2));
      return {
        addresses: [...networks, ...others].flatMap((network) => textsIn(network, 1)),
        netns: info.runtimeSpec.linux.namespaces.find(({ type }) => type === "network")?.path ?? "",
      };
    },
    list: async () => {
      const answer = await ask("ListPodSandbox", message());
      return messagesIn(answer, 1).flatMap((pod) => textsIn(pod, 1));
    },
    stop: async (id) => {
      await ask("StopPodSandbox", message(id));
    },
    remove: async (id) => {
      await ask("RemovePodSandbox", message(id));
    },
    network: async () => {
      const answer = await ask("Status", message(1));
      const conditions = messagesIn(answer, 1).flatMap((status) => messagesIn(status, 1));
      return {
        ready: conditions.every((condition) => condition.get(2)?.[0] === 1),
        configuration: mapIn(answer, 2).get("cniconfig") ?? "",
      };
    },
  };
}

/** A PodSandboxConfig. */
function sandbox(name: string, cgroup: string, { ports = [], annotations = {} }: PodOptions): Message {
  const namespaces = message();
  return [
    [1, message(name, `${name}-uid`, "default")],
    [2, name],
    ...ports.map(({ host, pod }): Message[number] => [5, message(undefined, pod, host)]),
    ...Object.entries(annotations).map((entry): Message[number] => [7, message(...entry)]),
    [8, message(cgroup, message(namespaces))],
  ];
}
