/** A process that takes one message and holds it until it is killed: `node hold.ts ACTOR`, transport by environment. */
import { connectTransport } from "../../transports/clients.ts";

const [actor] = process.argv.slice(2);
const transport = await connectTransport(process.env, { actor });
for await (const delivery of transport.receive(new AbortController().signal)) {
  console.log(`holds: ${Buffer.from(delivery.body).toString()}`);
}
