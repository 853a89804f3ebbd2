import { posix } from "node:path";
import { defineConfig } from "vitepress";

const repository = "https://github.com/bkcache/bkcache";

const page = (text, name) => ({ text, link: `/${name}` });

export default defineConfig({
  title: "bkcache",
  description: "Makes BuildKit caches hit on machines that are thrown away.",
  srcExclude: ["node_modules/**"],
  rewrites: { "README.md": "index.md" },
  // The same addresses as on GitHub, so that a folder of plain files serves them.
  cleanUrls: false,
  // The settings of the repository are not for this.
  vite: { esbuild: { tsconfigRaw: "{}" } },
  // Nothing is asked of any other host.
  head: [["link", { rel: "icon", href: "data:," }]],
  markdown: {
    config(md) {
      keepBraces(md);
      linkRepository(md);
    },
  },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    nav: [page("Guide", "first-hit"), page("Commands", "commands"), page("When it does not hit", "troubleshooting")],
    sidebar: [
      {
        text: "Begin",
        items: [
          page("To the first hit", "first-hit"),
          page("init and eject", "init"),
          page("Moving from others", "moving-from"),
          page("CI services", "ci"),
        ],
      },
      {
        text: "Use",
        items: [
          page("bake and build", "bake"),
          page("The report", "report"),
          page("The page of reports", "report"),
          page("Cache mounts", "mounts"),
          page("Layer caches", "layers"),
          page("Dockerfiles", "dockerfile"),
          page("The relay", "relay"),
          page("Trust", "trust"),
          page("Kubernetes", "kubernetes"),
        ],
      },
      {
        text: "When something is wrong",
        items: [
          page("By symptom", "troubleshooting"),
          page("doctor", "doctor"),
          page("lint", "lint"),
          page("Codes", "errors"),
        ],
      },
      {
        text: "Reference",
        items: [page("Commands", "commands"), page("Config", "config"), page("Presets", "presets")],
      },
      {
        text: "Inside",
        items: [page("How it is built", "architecture"), page("Format of packs", "pack-format")],
      },
    ],
  },
});

/** Two braces are nothing special in these pages, and an expression to Vue. */
function keepBraces(md) {
  for (const name of ["text", "code_inline"]) {
    const render = md.renderer.rules[name];
    md.renderer.rules[name] = (...args) => render(...args).replaceAll("{{", "&#123;&#123;");
  }
}

/** What lies outside of this folder, or is no page, is on GitHub. */
function linkRepository(md) {
  md.core.ruler.push("repository", ({ tokens }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === "link_open" ? token.attrGet("href") : null;
      if (href === null || /^(?:\w+:|#)/.test(href) || /^[\w-]+\.md(?:#|$)/.test(href)) continue;
      const path = posix.normalize(`docs/${href}`);
      token.attrSet("href", `${repository}/blob/main/${path}`);
    }
  });
}
