import { describe, expect, test } from "vitest";
import type { Gateway } from "../../../src/builder/gateway/gateway.ts";
import { openGroup } from "../../../src/builder/gateway/group.ts";
import type { MountIdentity, MountShell } from "../../../src/builder/gateway/shell.ts";
import { BkcacheError } from "../../../src/diagnostics/error.ts";

const mounts: readonly MountIdentity[] = ["one", "two", "three"].map((id) => ({ id, namespace: "" }));
const [one, two, three] = mounts as [MountIdentity, MountIdentity, MountIdentity];
const { signal } = new AbortController();

/** Says what was opened and closed, in which order; mounts of a container have its number. */
function makeGateway(openShells?: Gateway["openShells"]) {
  const said: string[] = [];
  let containers = 0;
  const shellOf = ({ id }: MountIdentity, container: number): MountShell => ({
    exec: () => Promise.reject(new Error("nothing runs here")),
    close: async () => void said.push(`close ${id} of ${container}`),
  });
  const openAll: Gateway["openShells"] = async (wanted) => {
    containers++;
    said.push(`open ${wanted.map(({ id }) => id).join(" ")}`);
    return wanted.map((mount) => shellOf(mount, containers));
  };
  const gateway = {
    openShells: openShells ?? openAll,
    async openShell(mount: MountIdentity) {
      const [shell] = await openAll([mount]);
      return shell;
    },
  } as Gateway;
  return { gateway, said };
}

const lost = new BkcacheError({ code: "BK4022", message: "the container has gone" });

describe("mounts that are opened together", () => {
  test("share a container, and what nobody has used is closed at the end", async () => {
    const { gateway, said } = makeGateway();
    const group = openGroup(gateway, mounts);
    await Promise.all([one, two].map((mount) => group.use(mount, signal, async () => {})));
    expect(said).toEqual(["open one two three", "close one of 1", "close two of 1"]);
    await group.close();
    expect(said).toContain("close three of 1");
  });

  test("are opened one by one where they cannot be together", async () => {
    const { gateway, said } = makeGateway(() => Promise.reject(lost));
    const group = openGroup(gateway, mounts);
    expect(await group.use(two, signal, async () => "used")).toBe("used");
    expect(said).toEqual(["open two", "close two of 1"]);
  });

  test("of which one loses the container: the others, free again, are each used once more", async () => {
    const { gateway, said } = makeGateway();
    const group = openGroup(gateway, mounts);
    const shells: MountShell[] = [];
    const use = group.use(two, signal, async (shell) => {
      shells.push(shell);
      if (shells.length === 1) throw lost;
      return "used";
    });
    expect(await use).toBe("used");
    expect(said.slice(0, 1)).toEqual(["open one two three"]);
    const anew = said.indexOf("open two");
    expect(new Set(said.slice(1, anew))).toEqual(new Set(["close one of 1", "close two of 1", "close three of 1"]));
    await group.use(three, signal, async () => {});
    expect(said.slice(-2)).toEqual(["open three", "close three of 3"]);
  });

  test("fail for reasons of their own as they would alone", async () => {
    const { gateway, said } = makeGateway();
    const group = openGroup(gateway, mounts);
    const failing = group.use(one, signal, () => Promise.reject(new Error("the store is down")));
    await expect(failing).rejects.toThrow("the store is down");
    expect(said).toEqual(["open one two three", "close one of 1"]);
  });
});
