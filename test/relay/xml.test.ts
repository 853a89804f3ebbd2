import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readXml, writeError, writeXml } from "../../src/relay/xml.ts";
import { childrenOf, textOf, type XmlElement } from "../../src/store/xml.ts";

test("writes elements, lists and text", () => {
  expect(writeXml("A", { B: "x<&>\"'\r", C: [{ D: 1 }, { D: 2 }], E: undefined, F: true, G: [] })).toBe(
    '<A xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><B>x&lt;&amp;&gt;&quot;\'&#13;</B><C><D>1</D></C><C><D>2</D></C><F>true</F></A>',
  );
  expect(writeError({ Code: "NoSuchKey" })).toBe("<Error><Code>NoSuchKey</Code></Error>");
});

test("reads what clients send", () => {
  const document = readXml(
    '<?xml version="1.0"?>\n<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><!-- a --><Quiet>true</Quiet>\n' +
      "<Object><Key>a &amp; b&#x41;&#66;&apos;</Key></Object><s3:Object><Key>c</Key></s3:Object><Empty/></Delete>\n",
  );
  expect(document.name).toBe("Delete");
  expect(textOf(document, "Quiet")).toBe("true");
  expect(textOf(document, "None")).toBeUndefined();
  expect(childrenOf(document, "Object").map((each) => textOf(each, "Key"))).toEqual(["a & bAB'", "c"]);
});

test.each([
  "",
  "text",
  "<A>",
  "</A>",
  "<A></B>",
  "<A/><B/>",
  "<A>&unknown;</A>",
  "<A>&</A>",
  "<A>&#1114112;</A>",
  "<A b=c/>",
  '<!DOCTYPE a [<!ENTITY b "c">]><A>&b;</A>',
  "<A><![CDATA[x]]></A>",
  "<A".repeat(20_000),
  "<A>".repeat(9),
  `<A>${"<B/>".repeat(100_001)}</A>`,
])("refuses what is no such document: %#", (document) => {
  expect(() => readXml(document)).toThrow(expect.objectContaining({ code: "MalformedXML", status: 400 }));
});

test("what is written is read again", () => {
  const textOfOne = fc.string({ unit: fc.constantFrom("a", "&", "<", ">", '"', "'", "\r", "é", " ", "]]>", "&amp;") });
  fc.assert(
    fc.property(fc.array(textOfOne), (texts) => {
      const read = readXml(writeXml("List", { Entry: texts }));
      expect(read.children.map((child: XmlElement) => child.text)).toEqual(texts);
    }),
  );
});

test("a text that is close to a document does not take its time", () => {
  const started = performance.now();
  for (const text of [
    `<A ${" ".repeat(200_000)}`,
    `<A ${'b="" '.repeat(50_000)}`,
    `<!--${"-".repeat(500_000)}`,
    "<!--".repeat(50_000),
    "<?".repeat(50_000),
  ]) {
    expect(() => readXml(text)).toThrow(expect.objectContaining({ code: "MalformedXML" }));
  }
  expect(performance.now() - started).toBeLessThan(2000);
});
