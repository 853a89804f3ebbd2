import { profileName } from "./aws-profile.ts";
import type { Env } from "./endpoint.ts";

/** Why there are no credentials. */
export interface Lack {
  /** A clause for people. */
  readonly reason: string;
  /** The next step, where the reason has one of its own. */
  readonly hint?: string;
}

/** A link of the SDK's chain. */
type Link = "profile" | "web identity" | "container" | "instance" | "none";

/** What the SDK notes while it goes along its chain, of which its last error says nothing. */
export interface ChainNotes {
  /** For the client. The SDK warns on the console without one. */
  readonly logger: Readonly<
    Record<"trace" | "debug" | "info" | "warn" | "error", (...given: readonly unknown[]) => void>
  >;
  /** The link that is being asked, or was the last to be. */
  link(): Link;
  /** Why a profile that is named gives none though it says how: no other credentials are meant then. */
  failureOfNamedProfile(): Lack | null;
  explain(error: unknown): Lack;
}

const links: readonly (readonly [RegExp, Link])[] = [
  [/defaultProvider::from(?:Ini|Process)/, "profile"],
  [/defaultProvider::fromTokenFile/, "web identity"],
  [/remoteProvider::fromHttp/, "container"],
  [/remoteProvider::fromInstanceMetadata/, "instance"],
  [/defaultProvider::/, "none"],
];

/** What a link says that was not meant to be asked, and a setting that is not made. */
const absences =
  /skipping|^not found in|unable to find environment variable|did not contain credential_process|could not be found in shared|not specified|access disabled|from any providers/i;

export function createChainNotes(env: Env): ChainNotes {
  const profile = profileName(env);
  const shown = `profile "${profile ?? "default"}"`;
  const failures: { readonly link: Link; readonly message: string }[] = [];
  let link: Link = "none";
  const isAbsence = (message: string) =>
    absences.test(message) ||
    message.startsWith(`Could not resolve credentials using profile: [${profile ?? "default"}]`);
  const nothing = () => {};
  const debug = (note: unknown) => {
    if (typeof note !== "string") return;
    link = links.find(([pattern]) => pattern.test(note))?.[1] ?? link;
    const message = /^@smithy\/property-provider -> ([^]*)$/.exec(note)?.[1];
    if (message !== undefined && !isAbsence(message)) failures.push({ link, message });
  };

  const describe = (of: Link, message: string): Lack => {
    const [first = "", second = ""] = message.split("\n").map((line) => line.trim());
    if (of === "profile") {
      // The command itself may hold a secret.
      if (first.startsWith("Command failed")) {
        return {
          reason: shorten(`the credential_process of ${shown} fails${second === "" ? "" : `: ${second}`}`),
          hint: "run that command by hand, or name another profile in AWS_PROFILE",
        };
      }
      const option = profile === undefined ? "" : ` --profile ${profile}`;
      return {
        reason: shorten(`${shown}: ${first}`),
        hint: /sso|session token not found/i.test(first)
          ? `run aws sso login${option}`
          : `aws sts get-caller-identity${option} shows whether the profile is good for other tools`,
      };
    }
    if (of === "web identity") {
      return {
        reason: shorten(`web identity: ${first}`),
        hint: "check AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN, and whom that role trusts",
      };
    }
    const variable = env["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]
      ? "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
      : "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    if (of === "container") {
      return {
        reason: shorten(`${variable}: ${isGeneral(first) ? "that service gives none" : first}`),
        hint: "check that variable, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, and the service behind it",
      };
    }
    return { reason: shorten(first) };
  };

  return {
    logger: { trace: nothing, debug, info: nothing, warn: nothing, error: nothing },
    link: () => link,
    failureOfNamedProfile() {
      const failure = failures.findLast((each) => each.link === "profile");
      const isPassed = profile !== undefined && link !== "profile";
      return !isPassed || failure === undefined ? null : describe("profile", failure.message);
    },
    explain(error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!isGeneral(message)) return describe(link, message);
      const failure = failures.findLast((each) => each.link === "profile") ?? failures.at(-1);
      if (failure !== undefined) return describe(failure.link, failure.message);
      if (link === "container") return describe(link, message);
      return { reason: `no variables, no role, ${profile === undefined ? "no profile" : `and none in ${shown}`}` };
    },
  };
}

/** What the chain says where no link has given anything. */
function isGeneral(message: string): boolean {
  return /could not load credentials from any providers|metadata service|EC2 IMDS|TimeoutError/i.test(message);
}

function shorten(line: string): string {
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
