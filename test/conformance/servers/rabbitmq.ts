import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { MissingServer } from "../bed.ts";
import { freePorts, type Started, startServer } from "./process.ts";

/** The one of Debian's package that runs in the foreground and changes no user. */
const SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server";
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** A RabbitMQ of the test's own: ports, node name, port mapper and data folder belong to nobody else. */
export class RabbitmqServer {
  readonly port: number;
  readonly tlsPort: number;
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #epmd: Started;
  #server: Started;

  private constructor(
    { port, tlsPort }: { port: number; tlsPort: number },
    folder: string,
    env: NodeJS.ProcessEnv,
    epmd: Started,
    server: Started,
  ) {
    this.port = port;
    this.tlsPort = tlsPort;
    this.#folder = folder;
    this.#env = env;
    this.#epmd = epmd;
    this.#server = server;
  }

  /** @param certificates - folder of ca.crt, tls.crt and tls.key: then it also speaks TLS, to clients with a certificate. */
  static async start(certificates?: string): Promise<RabbitmqServer> {
    if (!existsSync(SERVER)) throw new MissingServer("RabbitMQ is missing: apt-get install rabbitmq-server");
    const [port, tlsPort, distPort, epmdPort] = (await freePorts(4)) as [number, number, number, number];
    const folder = mkdtempSync(join(tmpdir(), "asya-rabbitmq-"));
    mkdirSync(join(folder, "log"));
    writeFileSync(join(folder, "enabled_plugins"), "[].\n");
    writeFileSync(
      join(folder, "rabbitmq.conf"),
      [
        `listeners.tcp.1 = 127.0.0.1:${port}`,
        `max_message_size = ${MAX_MESSAGE_BYTES}`,
        "disk_free_limit.absolute = 50MB",
        "vm_memory_high_watermark.absolute = 1GB",
        "log.console = true",
        "log.console.level = warning",
        ...(certificates === undefined ? [] : tlsLines(tlsPort, certificates)),
        "",
      ].join("\n"),
    );
    const env = {
      HOME: folder,
      ERL_CRASH_DUMP: join(folder, "erl_crash.dump"),
      ERL_EPMD_ADDRESS: "127.0.0.1",
      ERL_EPMD_PORT: String(epmdPort),
      RABBITMQ_NODENAME: `asya-test-${port}@localhost`,
      RABBITMQ_DIST_PORT: String(distPort),
      RABBITMQ_CONF_ENV_FILE: "/dev/null",
      RABBITMQ_CONFIG_FILE: join(folder, "rabbitmq.conf"),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, "enabled_plugins"),
      RABBITMQ_MNESIA_BASE: join(folder, "data"),
      RABBITMQ_LOG_BASE: join(folder, "log"),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "-kernel inet_dist_use_interface {127,0,0,1}",
    };
    // The port mapper that RabbitMQ starts itself would outlive the test.
    const epmd = await startServer(["epmd", "-address", "127.0.0.1", "-port", String(epmdPort)], {
      env,
      log: join(folder, "epmd.log"),
      port: epmdPort,
      withinMs: 10_000,
    });
    try {
      return new RabbitmqServer({ port, tlsPort }, folder, env, epmd, await startNode(port, folder, env));
    } catch (error) {
      await epmd.stop();
      throw error;
    }
  }

  /** Killed, not shut down. */
  async restart(): Promise<void> {
    await this.#server.stop("SIGKILL");
    this.#server = await startNode(this.port, this.#folder, this.#env);
  }

  async control(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)("/usr/lib/rabbitmq/bin/rabbitmqctl", args, {
      env: { ...process.env, ...this.#env },
    });
    return stdout;
  }

  async stop(): Promise<void> {
    await this.#server.stop();
    await this.#epmd.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function tlsLines(port: number, certificates: string): string[] {
  return [
    `listeners.ssl.1 = 127.0.0.1:${port}`,
    `ssl_options.cacertfile = ${join(certificates, "ca.crt")}`,
    `ssl_options.certfile = ${join(certificates, "tls.crt")}`,
    `ssl_options.keyfile = ${join(certificates, "tls.key")}`,
    "ssl_options.verify = verify_peer",
    "ssl_options.fail_if_no_peer_cert = true",
  ];
}

async function startNode(port: number, folder: string, env: NodeJS.ProcessEnv): Promise<Started> {
  return await startServer([SERVER], { env, log: join(folder, "server.log"), port, withinMs: 90_000 });
}
