import * as pulumi from "@pulumi/pulumi";

/** Where a connection string is to lead instead, and as whom. */
export interface UriChange {
  readonly database?: string;
  readonly role?: string;
  /** Of the role; without it role and password stay. */
  readonly password?: string;
}

/** The connection string for another database or role, on the same host with the same parameters. */
export function uriFor(uri: string, { database, role, password }: UriChange): string {
  const url = new URL(uri);
  if (database !== undefined) url.pathname = `/${encodeURIComponent(database)}`;
  if (role !== undefined && password !== undefined) {
    url.username = encodeURIComponent(role);
    url.password = encodeURIComponent(password);
  }
  return url.toString();
}

/** As {@link uriFor}, for values that are known later. */
export function uriTo(
  uri: pulumi.Input<string>,
  database: pulumi.Input<string>,
  as: { role?: string; password?: pulumi.Input<string | undefined> },
): pulumi.Output<string> {
  return pulumi
    .all([uri, database, as.password])
    .apply(([from, to, password]) => uriFor(from, { database: to, role: as.role, password }));
}
