import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MissingServer } from "../bed.ts";
import { cached, isInstalled, run } from "./cache.ts";
import { freePorts, startServer } from "./process.ts";
import type { SqsServer } from "./sqs-server.ts";

const VERSION = "1.7.1";
const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId>
  <artifactId>elasticmq</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.elasticmq</groupId>
      <artifactId>elasticmq-server_2.13</artifactId>
      <version>${VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;

/** ElasticMQ (Maven Central). */
export async function startElasticMq(): Promise<SqsServer> {
  for (const [command, packageName] of [
    ["java", "default-jre-headless"],
    ["mvn", "maven"],
  ] as const) {
    if (!(await isInstalled(command, "-version")))
      throw new MissingServer(`ElasticMQ needs ${command}: apt-get install ${packageName}`);
  }
  const jars = await cached(`elasticmq-${VERSION}`, async (folder) => {
    writeFileSync(join(folder, "pom.xml"), POM);
    await run(
      "mvn",
      "-q",
      "-B",
      "-f",
      join(folder, "pom.xml"),
      "dependency:copy-dependencies",
      `-DoutputDirectory=${folder}`,
    );
  });
  const [port] = (await freePorts(1)) as [number];
  const folder = mkdtempSync(join(tmpdir(), "asya-elasticmq-"));
  const config = join(folder, "elasticmq.conf");
  writeFileSync(
    config,
    `include classpath("application.conf")
node-address { protocol = http, host = localhost, port = ${port}, context-path = "" }
rest-sqs { enabled = true, bind-hostname = "127.0.0.1", bind-port = ${port}, sqs-limits = strict }
rest-stats { enabled = false }
`,
  );
  const server = await startServer(
    ["java", "-Xmx256m", `-Dconfig.file=${config}`, "-cp", join(jars, "*"), "org.elasticmq.server.Main"],
    { env: {}, log: join(folder, "server.log"), port, withinMs: 60_000 },
  );
  return {
    port,
    accountId: "000000000000",
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
