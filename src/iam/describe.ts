import { openMountSource } from "../carry/source.ts";
import { readOrigin } from "../cache/origin.ts";
import { readCi } from "../ci/ci.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { type Binding, gcsBindings } from "./gcs-bindings.ts";
import { findGrants, type Grant, type LevelGrants } from "./grants.ts";
import type { Kind } from "./kinds.ts";
import { type Policy, s3Policy } from "./s3-policy.ts";
import { awsTrust, githubSubjects, gitlabSubjects } from "./subjects.ts";

export interface IamRequest {
  readonly config: string | undefined;
  /** All where it is undefined. */
  readonly level: string | undefined;
  readonly kind: Kind | undefined;
  /** As CI's tokens have it; a placeholder without it. */
  readonly repository: string | undefined;
  /** Of AWS. */
  readonly account: string | undefined;
  /** Of Google Cloud. */
  readonly project: string | undefined;
  /** Whether it is for a job that prunes. */
  readonly deletes: boolean;
}

/** A role of AWS. */
interface AwsRole {
  readonly policy: Policy;
  /** Who may take it, by service; null where no token of the service is of the level. */
  readonly trust: { readonly github: object | null; readonly gitlab: object | null };
  readonly notes: { readonly github: readonly string[]; readonly gitlab: readonly string[] };
}

/** The rights of one level, as far as there are buckets of the kind. */
export interface LevelRights {
  readonly level: string | null;
  readonly when: readonly string[];
  readonly aws?: AwsRole;
  readonly minio?: { readonly policy: Policy };
  readonly gcs?: { readonly bindings: readonly Binding[] };
}

export interface Rights {
  /** Of Google Cloud. */
  readonly project: string;
  readonly levels: readonly LevelRights[];
}

/**
 * The least rights that builds of each level need.
 * @throws BkcacheError BK1002 for a level that there is not, BK2001 without a config, BK2050 without a bucket.
 */
export async function describeRights(host: Host, request: IamRequest): Promise<Rights> {
  const source = await openMountSource(host, request);
  const { dir } = source;
  const plan = source.project?.plan ?? source.plan;
  const { defaultBranch } = readOrigin(readCi(host.env), dir, plan.scopes.defaultBranch);
  const levels = await findGrants(host, { plan, dir, level: request.level, kind: request.kind });
  if (request.deletes && levels.every(({ grants }) => grants.every(({ writes }) => !writes))) {
    throw new BkcacheError({
      code: "BK1002",
      message: "--deletes: the level writes nothing, so that there is nothing to prune",
      hint: "name a level with cache: read-write",
    });
  }
  const project = request.project ?? "PROJECT_ID";
  const known = { ...request, project, defaultBranch: defaultBranch?.name ?? "main" };
  return { project, levels: levels.map((each) => rightsOf(each, known)) };
}

interface Known extends IamRequest {
  readonly project: string;
  readonly defaultBranch: string;
}

function rightsOf({ level, when, grants }: LevelGrants, known: Known): LevelRights {
  const of = (kind: Kind): readonly Grant[] => grants.filter((grant) => grant.kind === kind);
  const [aws, minio, gcs] = [of("aws"), of("minio"), of("gcs")];
  const account = level === null ? "bkcache" : `bkcache-${level}`;
  return {
    level,
    when,
    ...(aws.length > 0 && { aws: awsRole(aws, when, known) }),
    ...(minio.length > 0 && { minio: { policy: s3Policy(minio, known) } }),
    ...(gcs.length > 0 && { gcs: { bindings: gcsBindings(gcs, { project: known.project, account }) } }),
  };
}

function awsRole(grants: readonly Grant[], when: readonly string[], known: Known): AwsRole {
  const { repository, account = "ACCOUNT_ID", defaultBranch, deletes } = known;
  const github = githubSubjects({ when, defaultBranch, repository: repository ?? "OWNER/REPO" });
  const gitlab = gitlabSubjects({ when, defaultBranch, repository: repository ?? "GROUP/PROJECT" });
  return {
    policy: s3Policy(grants, { deletes }),
    trust: {
      github: awsTrust({
        subjects: github.subjects,
        account,
        issuer: "token.actions.githubusercontent.com",
        audience: "sts.amazonaws.com",
      }),
      gitlab: awsTrust({ subjects: gitlab.subjects, account, issuer: "gitlab.com", audience: "https://gitlab.com" }),
    },
    notes: { github: github.notes, gitlab: gitlab.notes },
  };
}
