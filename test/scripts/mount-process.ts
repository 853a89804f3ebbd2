/**
 * Saves or restores a mount in a process of its own, which a test may kill at any moment:
 * `node mount-process.ts save|restore STORE MOUNT KEY`. Prints `begin`, then the result.
 */
import { restoreMount } from "../../src/mounts/restore.ts";
import { saveMount } from "../../src/mounts/save.ts";
import { createFsStore } from "../../src/store/fs.ts";
import { openLocalShell } from "../support/local-shell.ts";

const [verb, storeDir = "", mountDir = "", key = ""] = process.argv.slice(2);
const { signal } = new AbortController();
const store = createFsStore({ backend: "disk", dir: storeDir, signal });
const shell = openLocalShell(mountDir);
const mount = { id: "gomod", key: key === "" ? null : key };
process.stdout.write("begin\n");
const result =
  verb === "save"
    ? await saveMount({ store, shell, mount: { ...mount, scope: "main" }, writer: { version: "0" }, now: Date.now() })
    : await restoreMount({ store, shell, mount, scopes: ["main"] });
process.stdout.write(`${result.kind}\n`);
