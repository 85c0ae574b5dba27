/** What a person can do something about: a stable code, one sentence, and the way out. */
export class LocalNeonError extends Error {
  constructor(
    readonly code: string,
    sentence: string,
    readonly hint: string,
  ) {
    super(`${sentence} ${hint}`);
    this.name = "LocalNeonError";
  }
}
