import { expect, test } from "vitest";
import { S3Error } from "../../src/relay/errors.ts";
import type { Answer } from "../../src/relay/request.ts";
import { answerInTime } from "../../src/relay/send.ts";

async function textOf({ body }: Answer): Promise<string> {
  let text = "";
  for await (const chunk of body as AsyncIterable<Buffer>) text += chunk.toString();
  return text;
}
const after = async <T>(ms: number, work: () => T): Promise<T> => {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return work();
};
const refuse = (): Answer => {
  throw new S3Error("InvalidPart", "no such part");
};
const done: Answer = { status: 200, headers: { a: "b" }, body: "<Done></Done>" };

test("work that ends soon is answered as it is", async () => {
  expect(
    await answerInTime(
      after(1, () => done),
      "/a",
      1000,
    ),
  ).toBe(done);
  await expect(answerInTime(after(1, refuse), "/a", 1000)).rejects.toMatchObject({ code: "InvalidPart" });
});

test("work that takes long shows that it is at work, and tells its end in the body", async () => {
  const answer = await answerInTime(
    after(250, () => done),
    "/a",
    50,
  );
  expect(answer.status).toBe(200);
  expect(await textOf(answer)).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>\n +<Done><\/Done>$/);
  const refused = await answerInTime(after(250, refuse), "/a", 50);
  expect(await textOf(refused)).toMatch(
    / +<Error><Code>InvalidPart<\/Code><Message>no such part<\/Message><Resource>\/a<\/Resource><\/Error>$/,
  );
});
