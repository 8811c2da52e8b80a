/** A server that speaks SQS on 127.0.0.1. */
export interface SqsServer {
  port: number;
  accountId: string;
  stop(): Promise<void>;
}
