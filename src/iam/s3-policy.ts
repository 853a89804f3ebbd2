import type { Grant } from "./grants.ts";

/** A policy as IAM and MinIO take it. */
export interface Policy {
  readonly Version: "2012-10-17";
  readonly Statement: readonly object[];
}

interface PolicyOptions {
  /** Whether it is for a job that prunes, which deletes. */
  readonly deletes: boolean;
  /** Of ARNs: "aws", "aws-cn", "aws-us-gov". */
  readonly partition?: string;
}

/**
 * The least that bkcache and BuildKit's s3 cache need. A HEAD and a GET of what is not there answer 404 only to who may list below
 * that key, and both take 403 for a failure. Uploads in parts are PutObject but for their end. A copy of an object onto itself, by
 * which both keep it young, is GetObject and PutObject.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
export function s3Policy(grants: readonly Grant[], { deletes, partition = "aws" }: PolicyOptions): Policy {
  const bucketOf = (bucket: string) => `arn:${partition}:s3:::${bucket}`;
  const objects = (own: readonly Grant[]) => own.map(({ bucket, prefix }) => `${bucketOf(bucket)}/${escape(prefix)}*`);
  const written = grants.filter(({ writes }) => writes);
  const buckets = [...new Set(grants.map(({ bucket }) => bucket))];
  return {
    Version: "2012-10-17",
    Statement: [
      ...buckets.map((bucket, index) => ({
        Sid: `List${buckets.length === 1 ? "" : index + 1}`,
        Effect: "Allow",
        Action: ["s3:ListBucket"],
        Resource: [bucketOf(bucket)],
        Condition: {
          StringLike: {
            "s3:prefix": grants.filter((each) => each.bucket === bucket).map(({ prefix }) => `${escape(prefix)}*`),
          },
        },
      })),
      { Sid: "Read", Effect: "Allow", Action: ["s3:GetObject"], Resource: objects(grants) },
      ...(written.length === 0
        ? []
        : [
            {
              Sid: "Write",
              Effect: "Allow",
              Action: [
                "s3:PutObject",
                "s3:AbortMultipartUpload",
                "s3:ListMultipartUploadParts",
                ...(deletes ? ["s3:DeleteObject"] : []),
              ],
              Resource: objects(written),
            },
          ]),
    ],
  };
}

/** `*`, `?` and `$` of a prefix as themselves. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html */
function escape(prefix: string): string {
  return prefix.replaceAll(/[*?$]/g, (char) => `\${${char}}`);
}
