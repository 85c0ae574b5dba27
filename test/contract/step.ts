/** A valid call: operation id, method, path, body, and the status that it answers with. */
export type Step = [operationId: string, method: string, path: string, body: unknown, status: number];
