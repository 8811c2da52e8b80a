import { inject } from "vitest";
import { END_ACTORS } from "../../../core/names.ts";
import type { ActorOptions } from "../actors.ts";
import { at, type Live } from "../kubernetes.ts";
import { Mail } from "../mail.ts";
import { until } from "../until.ts";
import { World } from "../world.ts";
import { answers, type AwsPlace, awsPlaceFrom } from "./place.ts";
import { Iam } from "./iam.ts";
import { Sqs } from "./sqs.ts";
import { queueController, roleController, rolePolicyController } from "./controllers.ts";
import { ProviderStandIn } from "./provider-stand-in.ts";
import { configureSqs, keysSecret, sqsTransport } from "./transport.ts";

export const QUEUES = "queues.sqs.aws.m.upbound.io";
export const ROLES = "roles.iam.aws.m.upbound.io";
export const POLICIES = "rolepolicies.iam.aws.m.upbound.io";

/** The run's namespace with the transport sqs, and what lies in SQS and IAM. */
export class AwsWorld {
  readonly place: AwsPlace;
  readonly actors: World;
  readonly sqs: Sqs;
  readonly iam: Iam;
  readonly mail: Mail;
  readonly #standIn: ProviderStandIn | undefined;

  private constructor(
    place: AwsPlace,
    actors: World,
    sqs: Sqs,
    mail: Mail,
    standIn: ProviderStandIn | undefined,
  ) {
    this.place = place;
    this.actors = actors;
    this.sqs = sqs;
    this.iam = new Iam(place);
    this.mail = mail;
    this.#standIn = standIn;
  }

  static async open(): Promise<AwsWorld> {
    const place = awsPlaceFrom(process.env);
    if (!(await answers(place)))
      throw new Error(
        `nothing answers at ${place.endpoint}: ../shared/cluster/up --with node,rabbitmq,keda,crossplane,aws`,
      );
    const actors = await World.open();
    actors.kubernetes.apply([keysSecret(place)]);
    configureSqs(actors.kubernetes, inject("run").composition, sqsTransport(place));
    const sqs = new Sqs(place, `${actors.kubernetes.namespace}_`);
    for (const end of END_ACTORS) await sqs.create(end);
    const standIn = inject("aws").standIn ? provideFor(actors, place) : undefined;
    return new AwsWorld(place, actors, sqs, await Mail.open(sqs), standIn);
  }

  /** An actor on SQS. */
  commit(name: string, spec: object, options: ActorOptions = {}): void {
    this.actors.commit(name, { ...options, spec: { transport: "sqs", ...spec } });
  }

  /** As SQS calls an actor's queue. */
  arn(actor: string): string {
    const { region, accountId } = this.place;
    return `arn:aws:sqs:${region}:${accountId}:${this.actors.kubernetes.namespace}_${actor}`;
  }

  /** The provider's objects of all actors. */
  async managed(): Promise<Live[]> {
    const kinds = [QUEUES, ROLES, POLICIES] as const;
    return (await Promise.all(kinds.map((kind) => this.actors.kubernetes.list(kind)))).flat();
  }

  /** Leaves no actor and no queue on SQS. n.b. The provider lets go of a queue's object three minutes after the queue. */
  async close(): Promise<void> {
    await this.mail.close();
    const { kubernetes } = this.actors;
    for (const { metadata, spec } of await kubernetes.list("asyncactors"))
      if (at(spec, "transport") === "sqs") await this.actors.remove(metadata.name);
    await until(
      "the provider has let go of its objects",
      async () => (await this.managed()).map(({ kind, metadata }) => `${kind}/${metadata.name}`),
      (left) => left.length === 0,
      300_000,
    );
    await this.#standIn?.stop();
    for (const queue of await this.sqs.queues()) await this.sqs.remove(queue);
    configureSqs(kubernetes, inject("run").composition, null);
    this.sqs.close();
    await this.actors.close();
  }
}

function provideFor({ kubernetes }: World, place: AwsPlace): ProviderStandIn {
  const iam = new Iam(place);
  const controllers = [queueController(new Sqs(place, "")), roleController(iam), rolePolicyController(iam)];
  return new ProviderStandIn(kubernetes, controllers);
}

/** How long `close` may take. */
export const CLOSING_MS = 420_000;
