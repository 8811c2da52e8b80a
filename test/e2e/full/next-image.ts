import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { kubectl, type Cluster } from "../../cluster/cluster.ts";
import type { Place } from "../place.ts";

/** Another name of an image that is on the node already: an update without a pull. */
export interface NextImage {
  name: string;
  /** Takes the name away again. */
  forget: () => void;
}

export function nextImage(cluster: Cluster, { pythonImage, shared }: Place): NextImage {
  if (shared !== undefined) {
    const name = `${pythonImage}-next`;
    const images = (...args: string[]) => containerd(cluster, ["images", ...args]);
    images("tag", "--force", pythonImage, name);
    return { name, forget: () => images("rm", name) };
  }
  const names = JSON.parse(
    kubectl(cluster, ["get", "nodes", "-o", "jsonpath={.items[0].status.images[*].names}"]).replaceAll(
      "] [",
      ",",
    ),
  ) as string[];
  const repository = pythonImage.replace(/:[^:/]*$/, "");
  const name = names.find((one) => one.includes(repository) && one !== pythonImage);
  if (name === undefined)
    throw new Error(`the node has no other name of ${pythonImage}: ${names.join(", ")}`);
  return { name, forget: () => undefined };
}

/** n.b. The kubelet sees images of containerd's namespace k8s.io only. */
function containerd({ environment }: Cluster, args: readonly string[]): void {
  const socket = join(dirname(environment["KUBECONFIG"] ?? ""), "containerd/containerd.sock");
  execFileSync("ctr", ["--address", socket, "--namespace", "k8s.io", ...args], {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
}
