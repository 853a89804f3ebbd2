import { type Html, html } from "./html.ts";

interface Table {
  readonly caption: string;
  /** One that begins with `>` is of a column of numbers. */
  readonly head: readonly string[];
  /** The first cell names the row. */
  readonly rows: readonly (readonly string[])[];
}

/** A table that scrolls by itself where it is too wide, with the keyboard as well. */
export function renderTable({ caption, head, rows }: Table): Html {
  const isNumber = head.map((text) => text.startsWith(">"));
  const cellClass = (index: number) => (isNumber[index] === true ? "n" : "t");
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${head.map((text, index) => html`<th scope="col" class="${cellClass(index)}">${text.replace(/^>/, "")}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([first = "", ...cells]) =>
            html`<tr>
              <th scope="row">${first}</th>
              ${cells.map((cell, index) => html`<td class="${cellClass(index + 1)}">${cell}</td>`)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}
