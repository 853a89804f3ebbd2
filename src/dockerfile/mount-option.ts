import { parseOptionCsv } from "../config/csv.ts";
import { lexWords, type Lookup } from "./shell-words.ts";

const mountTypes = ["bind", "cache", "tmpfs", "secret", "ssh"] as const;
const sharings = ["shared", "private", "locked"] as const;

/**
 * The value of one `RUN --mount=`. Undefined where a field is not given, null where it holds a variable that nobody
 * can tell.
 */
interface MountOption {
  readonly type: (typeof mountTypes)[number];
  readonly id: string | null | undefined;
  readonly target: string | null | undefined;
  readonly source: string | null | undefined;
  /** A stage, a named context or an image; variables are not replaced here. */
  readonly from: string | undefined;
  readonly sharing: (typeof sharings)[number] | null | undefined;
  readonly isReadOnly: boolean;
  readonly uid: number | null | undefined;
  readonly gid: number | null | undefined;
  readonly mode: number | null | undefined;
}

export type MountOptionResult =
  | { readonly mount: MountOption; readonly fault: null }
  /** What BuildKit would refuse. */
  | { readonly mount: null; readonly fault: string };

/** How variables in the values are replaced. */
export interface MountScope {
  readonly escape: string;
  readonly lookup: Lookup;
}

type Fields = { -readonly [K in keyof MountOption]?: MountOption[K] };

/**
 * Reads the value of a mount flag (quotes of the flag itself removed) as BuildKit does: CSV, keys in any case, the
 * last of a key counts.
 */
export function parseMountOption(value: string, scope: MountScope): MountOptionResult {
  const csv = parseOptionCsv(value);
  if (csv === null) return fault("a quote stands wrong or is not closed");
  const fields: Fields = {};
  let isReadOnly: boolean | undefined;
  for (const { key: written, value: raw } of csv) {
    const key = written.toLowerCase();
    const text = raw === null || key === "from" ? raw : (lexWords(raw, scope)?.text ?? null);
    const isUnknown = text === null && raw !== null;
    switch (key) {
      case "type": {
        const type = mountTypes.find((each) => each === text?.toLowerCase());
        if (type === undefined) return fault(`no mount type ${raw ?? ""}`);
        fields.type = type;
        break;
      }
      case "id":
        fields.id = text;
        break;
      case "target":
      case "dst":
      case "destination":
        fields.target = text;
        break;
      case "source":
      case "src":
        fields.source = text;
        break;
      case "from":
        fields.from = raw ?? "";
        break;
      case "sharing": {
        const sharing = isUnknown ? null : sharings.find((each) => each === text?.toLowerCase());
        if (sharing === undefined) return fault(`no sharing ${raw ?? ""}`);
        fields.sharing = sharing;
        break;
      }
      case "ro":
      case "readonly":
      case "rw":
      case "readwrite": {
        const flag = raw === null ? true : readBool(text);
        if (flag === undefined) return fault(`${key} takes true or false`);
        isReadOnly = flag === (key === "ro" || key === "readonly");
        break;
      }
      case "uid":
      case "gid":
      case "mode": {
        const number = isUnknown ? null : readNumber(text, key === "mode" ? 8 : 10);
        if (number === undefined) return fault(`${key} takes ${key === "mode" ? "an octal" : "a"} number`);
        fields[key] = number;
        break;
      }
      case "required":
      case "size":
      case "env":
        break;
      default:
        return fault(`no key ${written} in a mount`);
    }
    if (raw === null && !["ro", "readonly", "rw", "readwrite", "required"].includes(key)) {
      return fault(`${written} takes a value`);
    }
  }
  const { type = "bind", id, target, source, from, sharing, uid, gid, mode } = fields;
  if (sharing !== undefined && type !== "cache") return fault(`sharing does not fit a ${type} mount`);
  return {
    mount: {
      type,
      id,
      target,
      source,
      from,
      sharing,
      isReadOnly: isReadOnly ?? !["cache", "tmpfs"].includes(type),
      uid,
      gid,
      mode,
    },
    fault: null,
  };
}

function fault(message: string): MountOptionResult {
  return { mount: null, fault: message };
}

/** As Go's strconv.ParseBool. */
function readBool(text: string | null): boolean | undefined {
  if (text === null) return undefined;
  if (/^(?:1|t|T|TRUE|true|True)$/.test(text)) return true;
  return /^(?:0|f|F|FALSE|false|False)$/.test(text) ? false : undefined;
}

function readNumber(text: string | null, base: 8 | 10): number | undefined {
  return text !== null && (base === 8 ? /^[0-7]+$/ : /^\d+$/).test(text) ? Number.parseInt(text, base) : undefined;
}
