import { DatabaseSync, type StatementSync } from "node:sqlite";

export interface QueueSettings {
  /** How long a message stays with its receiver unless it extends. */
  leaseMs: number;
  /** Deliveries after which a message goes to the queue's dead letters. */
  maxDeliveries: number;
}

export interface StoredMessage {
  id: number;
  /** Which delivery of it this is, from 1: also the fence against a receiver whose lease has ended. */
  delivery: number;
  body: Uint8Array;
}

export interface Depth {
  ready: number;
  /** In somebody's hand, or not due yet. */
  hidden: number;
}

/** How long to wait for other processes. */
const BUSY_MS = 5_000;
/** @see https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS queues (
    name TEXT PRIMARY KEY, lease_ms INTEGER NOT NULL, max_deliveries INTEGER NOT NULL, dead_letters TEXT
  ) STRICT;
  CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, due INTEGER NOT NULL,
    deliveries INTEGER NOT NULL DEFAULT 0, body BLOB NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS messages_due ON messages (queue, due);
`;

/** Queues in one SQLite database: a file that several processes share, or the memory of this one. */
export class LocalStore {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** @param file - undefined = in memory. */
  constructor(file: string | undefined) {
    this.#database = new DatabaseSync(file ?? ":memory:", { timeout: BUSY_MS });
    this.#switchToWal();
    // In WAL mode NORMAL survives killed processes; only a power cut can lose the last moments.
    this.#database.exec(`PRAGMA synchronous = NORMAL; ${SCHEMA}`);
  }

  /** n.b. Unlike statements, this switch does not wait for other processes that open the same new file. */
  #switchToWal(): void {
    const deadline = Date.now() + BUSY_MS;
    for (;;) {
      try {
        this.#database.exec("PRAGMA journal_mode = WAL");
        return;
      } catch (error) {
        if (Date.now() > deadline || !isBusy(error)) throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
      }
    }
  }

  /** Makes the queue and its dead letters, or gives an existing one other settings. */
  declare(queue: string, deadLetters: string, { leaseMs, maxDeliveries }: QueueSettings): void {
    const sql = `INSERT INTO queues VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET
      lease_ms = excluded.lease_ms, max_deliveries = excluded.max_deliveries, dead_letters = excluded.dead_letters`;
    this.#prepare(sql).run(queue, leaseMs, maxDeliveries, deadLetters);
    this.#prepare("INSERT OR IGNORE INTO queues VALUES (?, ?, ?, NULL)").run(deadLetters, leaseMs, 1);
  }

  settings(queue: string): QueueSettings | undefined {
    const row = this.#prepare("SELECT lease_ms, max_deliveries FROM queues WHERE name = ?").get(queue);
    if (row === undefined) return undefined;
    return { leaseMs: Number(row["lease_ms"]), maxDeliveries: Number(row["max_deliveries"]) };
  }

  /** False where there is no such queue. */
  put(queue: string, body: Uint8Array, due: number): boolean {
    const sql = "INSERT INTO messages (queue, due, body) SELECT name, ?, ? FROM queues WHERE name = ?";
    return this.#prepare(sql).run(due, body, queue).changes === 1;
  }

  /** Up to `limit` due messages, now leased. Those that were delivered too often go to the dead letters instead. */
  take(queue: string, limit: number, now: number): StoredMessage[] {
    const taken: StoredMessage[] = [];
    for (;;) {
      const leased = this.#lease(queue, limit - taken.length, now);
      const fresh = leased.filter((message) => !this.#buryWorn(queue, message, now));
      taken.push(...fresh);
      if (fresh.length === leased.length) return taken;
    }
  }

  #lease(queue: string, limit: number, now: number): StoredMessage[] {
    const rows = this.#prepare(
      `UPDATE messages SET deliveries = deliveries + 1, due = :now + (SELECT lease_ms FROM queues WHERE name = :queue)
        WHERE id IN (SELECT id FROM messages WHERE queue = :queue AND due <= :now ORDER BY due, id LIMIT :limit)
        RETURNING id, deliveries, body`,
    ).all({ queue, now, limit });
    return rows.map((row) => ({
      id: Number(row["id"]),
      delivery: Number(row["deliveries"]),
      body: row["body"] as Uint8Array,
    }));
  }

  /** Whether it was delivered too often before, and lies in the dead letters now. */
  #buryWorn(queue: string, { id, delivery }: StoredMessage, now: number): boolean {
    if (delivery === 1) return false;
    const sql = `UPDATE messages SET queue = settings.dead_letters, deliveries = 0, due = :now
       FROM (SELECT max_deliveries, dead_letters FROM queues WHERE name = :queue) AS settings
      WHERE id = :id AND deliveries = :delivery AND deliveries > max_deliveries AND dead_letters IS NOT NULL`;
    return this.#prepare(sql).run({ queue, id, delivery, now }).changes === 1;
  }

  /** False where the lease has ended and somebody else has the message, or had it and acked. */
  ack({ id, delivery }: StoredMessage): boolean {
    return (
      this.#prepare("DELETE FROM messages WHERE id = ? AND deliveries = ?").run(id, delivery).changes === 1
    );
  }

  /** Hides the message until `due`; `now` gives it back. False as in `ack`. */
  hide({ id, delivery }: StoredMessage, due: number): boolean {
    const sql = "UPDATE messages SET due = ? WHERE id = ? AND deliveries = ?";
    return this.#prepare(sql).run(due, id, delivery).changes === 1;
  }

  /** When the next message of the queue is due. */
  nextDue(queue: string): number | undefined {
    const due = this.#prepare("SELECT MIN(due) AS due FROM messages WHERE queue = ?").get(queue)?.["due"];
    return typeof due === "number" ? due : undefined;
  }

  depth(queue: string, now: number): Depth {
    const row = this.#prepare(
      "SELECT COUNT(*) FILTER (WHERE due <= ?) AS ready, COUNT(*) AS total FROM messages WHERE queue = ?",
    ).get(now, queue);
    const ready = Number(row?.["ready"] ?? 0);
    return { ready, hidden: Number(row?.["total"] ?? 0) - ready };
  }

  /** Another number whenever another process changed something. */
  foreignChanges(): number {
    return Number(this.#prepare("PRAGMA data_version").get()?.["data_version"]);
  }

  close(): void {
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
}
