import type { Grant } from "./grants.ts";

interface BindingOptions {
  /** Of Google Cloud. */
  readonly project: string;
  /** Name of the service account, without its host. */
  readonly account: string;
}

/** BuildKit's own uploads by HMAC keys are in parts, in S3's protocol. To write an object anew is to delete the old one. */
const permissions = {
  bkcacheRead: ["storage.objects.get", "storage.objects.list"],
  bkcacheWrite: [
    "storage.objects.create",
    "storage.objects.delete",
    "storage.objects.get",
    "storage.objects.list",
    "storage.multipartUploads.abort",
    "storage.multipartUploads.create",
    "storage.multipartUploads.listParts",
  ],
} as const;

/** One binding of a bucket's policy. https://cloud.google.com/storage/docs/access-control/iam */
export interface Binding {
  readonly bucket: string;
  readonly role: string;
  readonly members: readonly string[];
  readonly condition: { readonly title: string; readonly expression: string };
}

export function gcsBindings(grants: readonly Grant[], { project, account }: BindingOptions): readonly Binding[] {
  return grants.map(({ bucket, prefix, writes }) => ({
    bucket,
    role: `projects/${project}/roles/${writes ? "bkcacheWrite" : "bkcacheRead"}`,
    members: [`serviceAccount:${account}@${project}.iam.gserviceaccount.com`],
    condition: { title: writes ? "bkcache-write" : "bkcache-read", expression: below(bucket, prefix) },
  }));
}

/**
 * A listing is a request to the bucket, which says its prefix in an attribute.
 * https://cloud.google.com/iam/docs/conditions-attribute-reference
 */
function below(bucket: string, prefix: string): string {
  const objects = JSON.stringify(`projects/_/buckets/${bucket}/objects/${prefix}`);
  const listed = `api.getAttribute("storage.googleapis.com/objectListPrefix", "").startsWith(${JSON.stringify(prefix)})`;
  return `resource.name.startsWith(${objects}) || (resource.type == "storage.googleapis.com/Bucket" && ${listed})`;
}

/** Commands that make the roles, once for a project of Google Cloud. */
export function roleCommands(project: string): readonly string[] {
  return Object.entries(permissions).map(
    ([role, all]) => `gcloud iam roles create ${role} --project=${project} --permissions=${all.join(",")}`,
  );
}

/** The command that adds a binding. */
export function bindingCommand({ bucket, role, members, condition }: Binding): string {
  const said = `^;^title=${condition.title};expression=${condition.expression}`;
  return [
    `gcloud storage buckets add-iam-policy-binding gs://${bucket}`,
    `--member=${members.join(",")}`,
    `--role=${role}`,
    `--condition=${quote(said)}`,
  ].join(" \\\n  ");
}

/** For a shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
