/** Who may take a role, by the tokens of one CI service. */
export interface Subjects {
  /** Of `sub`; `*` is any text. None where no token says that a build is of the level. */
  readonly subjects: readonly string[];
  /** What whoever sets it up must know. */
  readonly notes: readonly string[];
}

export interface SubjectRequest {
  /** Words of `when`. */
  readonly when: readonly string[];
  /** As the service has it in `sub`: `owner/name`, at GitHub also `owner@1/name@2`, at GitLab `group/project`. */
  readonly repository: string;
  readonly defaultBranch: string;
}

/** https://docs.github.com/en/actions/reference/security/oidc#example-subject-claims */
export function githubSubjects({ when, repository, defaultBranch }: SubjectRequest): Subjects {
  const ref = (name: string) => `repo:${repository}:ref:refs/${name}`;
  return collect(when, {
    "default-branch": {
      subjects: [ref(`heads/${defaultBranch}`)],
      notes: [
        "pull_request_target and workflow_run have the default branch's subject: let none of them build what a request says",
      ],
    },
    "merge-queue": {
      subjects: [ref(`heads/gh-readonly-queue/${defaultBranch}/*`)],
      notes: [
        "whoever may push a branch below gh-readonly-queue/ has this subject too: let a ruleset keep people from it",
      ],
    },
    tag: { subjects: [ref("tags/*")], notes: [] },
    "change-request": {
      subjects: [`repo:${repository}:pull_request`],
      notes: ["a job with an environment has the subject repo:...:environment:NAME instead"],
    },
    fork: { subjects: [], notes: ["GitHub gives a fork's pull request no token: nothing to grant"] },
    branch: (pattern) => ({ subjects: [ref(`heads/${pattern}`)], notes: [] }),
  });
}

/** https://docs.gitlab.com/ci/secrets/id_token_authentication/ */
export function gitlabSubjects({ when, repository, defaultBranch }: SubjectRequest): Subjects {
  const ref = (type: string, name: string) => `project_path:${repository}:ref_type:${type}:ref:${name}`;
  return collect(when, {
    "default-branch": {
      subjects: [ref("branch", defaultBranch)],
      notes: [
        `a merge request's pipeline has its source branch as ref: protect ${defaultBranch}, and let no member run a fork's pipeline from a branch of that name in this project`,
      ],
    },
    "merge-queue": {
      subjects: [],
      notes: ["a merge train has its source branch as ref, so that its token cannot be told from that of a request"],
    },
    tag: { subjects: [ref("tag", "*")], notes: [] },
    "change-request": {
      subjects: [ref("branch", "*")],
      notes: ["a request's ref is its source branch, which may be any"],
    },
    fork: { subjects: [], notes: ["a fork's pipeline runs in the fork's project, whose path is its own"] },
    branch: (pattern) => ({ subjects: [ref("branch", pattern)], notes: [] }),
  });
}

type Word = "default-branch" | "merge-queue" | "tag" | "change-request" | "fork";

function collect(
  when: readonly string[],
  words: Readonly<Record<Word, Subjects>> & { readonly branch: (pattern: string) => Subjects },
): Subjects {
  const found = when.map((word): Subjects => {
    // A pattern of IAM has no text without a slash.
    if (word.startsWith("branch:")) return words.branch(word.slice("branch:".length).replaceAll(/\*+/g, "*"));
    if (word === "local") return { subjects: [], notes: ["people have credentials of their own: no token of CI"] };
    return words[word as Word];
  });
  return { subjects: [...new Set(found.flatMap((each) => each.subjects))], notes: found.flatMap((each) => each.notes) };
}

interface TrustRequest {
  readonly subjects: readonly string[];
  /** Of the account of AWS. */
  readonly account: string;
  /** Host of the issuer. */
  readonly issuer: string;
  readonly audience: string;
}

/** The policy of a role that says who may take it; null where nobody may. */
export function awsTrust({ subjects, account, issuer, audience }: TrustRequest): object | null {
  if (subjects.length === 0) return null;
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${issuer}` },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
          StringEquals: { [`${issuer}:aud`]: audience },
          StringLike: { [`${issuer}:sub`]: subjects },
        },
      },
    ],
  };
}
