/** What was answered, by question: the least recently used go first when all together take too much. */
export class AnswerCache<Answer> {
  readonly #answers = new Map<string, { answer: Answer; bytes: number }>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(question: string): Answer | undefined {
    const found = this.#answers.get(question);
    if (found === undefined) return undefined;
    // The order of a Map is that of insertion.
    this.#answers.delete(question);
    this.#answers.set(question, found);
    return found.answer;
  }

  set(question: string, answer: Answer, bytes: number): void {
    this.#drop(question);
    this.#answers.set(question, { answer, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#answers.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#drop(oldest);
    }
  }

  get size(): number {
    return this.#answers.size;
  }

  #drop(question: string): void {
    this.#bytes -= this.#answers.get(question)?.bytes ?? 0;
    this.#answers.delete(question);
  }
}
