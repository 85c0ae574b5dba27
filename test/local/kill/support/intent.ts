/** Something that a customer wants of the API, so that it can be told after a kill whether it was done. */
export interface Intent {
  what: string;
  send(): Promise<unknown>;
  /** Whether the API shows it. */
  isDone(): Promise<boolean>;
  /** What it means for what the customer knows; its operations have ended by then. */
  note(): Promise<void> | void;
  /** Answered with success. */
  isAcknowledged?: boolean;
}
