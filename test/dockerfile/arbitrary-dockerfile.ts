import * as fc from "fast-check";

/*
 * Dockerfiles of every shape: both escapes and line ends, a byte order mark, flags of bkcache and of the user in any
 * order over any number of lines, comments and empty lines between them, heredocs, exec form, ONBUILD, no last line end.
 */

/** Mounts that the generated markers name. */
export const declaredMounts = {
  gomod: { id: "shop-gomod", target: "/go/pkg/mod", sharing: "shared" },
  gobuild: { id: "shop-gobuild-${TARGETARCH}", target: "/root/.cache/go-build", sharing: "shared", mode: "0700" },
  apt: { id: "shop-apt", target: "/var/cache/apt", sharing: "locked", uid: 1 },
  own: { id: "team/own", target: "/own", sharing: "shared" },
} as const;

interface Style {
  readonly escape: string;
  readonly eol: string;
}

const userFlags = [
  "--network=none",
  "--mount=type=cache,id=mine,target=/mine",
  "--mount=type=bind,target=/src",
  '--mount="type=secret,id=a b"',
  "--mount=type=cache,target=/x/$Y",
  "--security=insecure",
];
const bkcacheFlags = [
  "--mount=type=cache,id=shop-gomod,target=/go/pkg/mod",
  "--mount=type=cache,target=/elsewhere,id=shop-gomod",
  "--mount=type=cache,id=shop-gone,target=/gone",
  "--mount=type=cache,id=team/own,target=/own",
  "--mount=type=cache,id=shop-gobuild-${TARGETARCH},target=/root/.cache/go-build,mode=0700",
  "--mount='type=cache,id=shop-q,target=/a b'",
];

const gap = ({ escape, eol }: Style) =>
  fc.constantFrom(
    " ",
    "  ",
    "\t",
    ` ${escape}${eol}    `,
    `${escape}${eol}\t`,
    ` ${escape} ${eol}  # why${eol}  `,
    ` ${escape}${eol}${eol}  `,
    ` ${escape}${eol}# one${eol}# two${eol}    `,
  );

const command = ({ escape, eol }: Style) =>
  fc.constantFrom(
    "go build",
    `go build ${escape}${eol}  -o x`,
    '["go", "build"]',
    `go ${escape}${eol}# why${eol}  build ${escape}${eol}\t&& go test`,
    `<<EOF${eol}RUN --mount=type=cache,id=shop-gomod,target=/no${eol}# bkcache: gomod${eol}EOF`,
    `cat <<-'A' <<B${eol}\tx${eol}\tA${eol}# y${eol}B`,
    "-- --mount=type=cache,id=shop-gomod,target=/no x",
    "echo '--mount=type=cache,id=shop-gomod,target=/no'",
    "echo # no comment",
  );

const run = (style: Style) =>
  fc
    .record({
      indent: fc.constantFrom("", "", "  "),
      keyword: fc.constantFrom("RUN", "RUN", "run", `RU${style.escape}${style.eol}N`),
      gaps: fc.array(gap(style), { minLength: 6, maxLength: 6 }),
      flags: fc.array(fc.constantFrom(...userFlags, ...bkcacheFlags), { maxLength: 5 }),
      command: command(style),
      markers: fc.array(
        fc.subarray(Object.keys(declaredMounts), { minLength: 0 }).map((names) => `# bkcache: ${names.join(" ")}`),
        { maxLength: 2 },
      ),
      comment: fc.constantFrom("", "", `# a comment${style.eol}`, style.eol),
    })
    .map(({ indent, keyword, gaps, flags, command, markers, comment }) => {
      const words = [keyword, ...flags, command];
      const line = words.map((word, i) => (i === words.length - 1 ? word : word + gaps[i])).join("");
      // An empty line between would take the marker away from its RUN.
      const above =
        comment === style.eol
          ? [comment, ...markers.map((text) => text + style.eol)]
          : [...markers.map((text) => text + style.eol), comment];
      return `${above.join("")}${indent}${line}`;
    });

const other = ({ escape, eol }: Style) =>
  fc.constantFrom(
    "ARG TARGETARCH",
    "ARG V=1 TARGETARCH",
    "ENV A=1",
    `COPY --from=x a ${escape}${eol} b`,
    `COPY <<E /x${eol}RUN x${eol}E`,
    "ONBUILD RUN --mount=type=cache,id=shop-gomod,target=/go/pkg/mod x",
    "# bkcache is a word",
    "",
    "FROM scratch",
    "FROM a AS b",
  );

export const arbitraryDockerfile: fc.Arbitrary<string> = fc
  .record({ escape: fc.constantFrom("\\", "`"), eol: fc.constantFrom("\n", "\r\n") })
  .chain((style) =>
    fc
      .record({
        bom: fc.boolean(),
        head: fc.subarray([`# syntax=docker/dockerfile:1${style.eol}`, `ARG V=1${style.eol}`]),
        parts: fc.array(fc.oneof({ weight: 2, arbitrary: run(style) }, other(style)), { minLength: 1, maxLength: 8 }),
        ends: fc.boolean(),
      })
      .map(({ bom, head: [syntax = "", ...rest], parts, ends }) => {
        const directive = style.escape === "`" ? `# escape=\`${style.eol}` : "";
        const [first, second] = syntax.startsWith("#") ? [syntax, rest.join("")] : ["", syntax + rest.join("")];
        const body = parts.join(style.eol) + (ends ? style.eol : "");
        return `${bom ? "\ufeff" : ""}${first}${directive}${second}FROM base AS start${style.eol}${body}`;
      }),
  );
