import { inject } from "vitest";
import { at, type Kubernetes } from "../kubernetes.ts";
import { until } from "../until.ts";

/** ConfigMap of handlers that tell a witness what they do. */
export const WITNESSED = "witnessed";
const NAME = "witness";
const PORT = 8000;

/** A handler goes on until the witness lets it end; what is begun a second time ends at once. */
const HANDLERS = `
import socket
import time
from urllib.request import urlopen


def ask(payload, what):
    with urlopen(f"{payload['witness']}/{what}/{payload['id']}/{socket.gethostname()}", timeout=5) as answer:
        return int(answer.read())


def work(payload):
    return work_all([payload])[0]


def work_all(payloads):
    times = [ask(payload, "begun") for payload in payloads]
    for payload, count in zip(payloads, times):
        while count == 1 and not ask(payload, "may-end"):
            time.sleep(0.5)
    return [{**payload, "times": count} for payload, count in zip(payloads, times)]
`;

const SERVER = `
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

begun, ends, lock = [], set(), threading.Lock()


class Witness(BaseHTTPRequestHandler):
    def do_GET(self):
        what, id, pod = (self.path.strip("/").split("/") + ["", "", ""])[:3]
        with lock:
            if what == "begun":
                begun.append({"id": id, "pod": pod})
            if what == "end":
                ends.add(id)
            answers = {"begun": sum(each["id"] == id for each in begun), "may-end": int(id in ends)}
            body = json.dumps(answers.get(what, {"begun": begun})).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("", ${PORT}), Witness).serve_forever()
`;

/** A handler has begun with a message. */
export interface Begin {
  id: string;
  pod: string;
}

/** A pod that handlers tell when they begin, and ask whether they may end. */
export class Witness {
  readonly #kubernetes: Kubernetes;
  /** For handlers. */
  readonly url: string;

  private constructor(kubernetes: Kubernetes, url: string) {
    this.#kubernetes = kubernetes;
    this.url = url;
  }

  static async open(kubernetes: Kubernetes): Promise<Witness> {
    const metadata = { name: NAME };
    const container = {
      name: NAME,
      image: inject("run").place.pythonImage,
      command: ["python3", "-c", SERVER],
      readinessProbe: { tcpSocket: { port: PORT }, periodSeconds: 1 },
    };
    kubernetes.apply([
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: WITNESSED },
        data: { "handlers.py": HANDLERS },
      },
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata,
        spec: { containers: [container], terminationGracePeriodSeconds: 0 },
      },
    ]);
    kubernetes.kubectl(["wait", "--for=condition=Ready", `pod/${NAME}`, "--timeout=60s"]);
    const pod = await kubernetes.get("pods", NAME);
    return new Witness(kubernetes, `http://${String(at(pod, "status", "podIP"))}:${PORT}`);
  }

  close(): void {
    this.#kubernetes.kubectl(["delete", "pod", NAME, "--ignore-not-found", "--wait"]);
    this.#kubernetes.kubectl(["delete", "configmap", WITNESSED, "--ignore-not-found"]);
  }

  /** Every begin of these messages, the first ones first. */
  async begins(ids: readonly string[]): Promise<Begin[]> {
    const { begun } = (await this.#kubernetes.ask(NAME, PORT, "")) as { begun: Begin[] };
    return begun.filter(({ id }) => ids.includes(id));
  }

  /** Once each of them is in work: where. */
  async allBegun(ids: readonly string[]): Promise<Begin[]> {
    const isEach = (begun: Begin[]) => ids.every((id) => begun.some((begin) => begin.id === id));
    return await until("each message is in work", () => this.begins(ids), isEach, 150_000);
  }

  async letEnd(ids: readonly string[]): Promise<void> {
    for (const id of ids) await this.#kubernetes.ask(NAME, PORT, `end/${id}`);
  }
}
