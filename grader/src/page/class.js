// Sorts and searches the table of people. Without this script it is the table by names.
"use strict";
const table = document.getElementById("people");
const body = table.tBodies[0];
const rows = [...body.rows].map((row) => ({ row, text: row.textContent.toLowerCase() }));
const heads = [...table.tHead.rows[0].cells];
const words = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

function key(row, at) {
  const cell = row.cells[at];
  return cell.dataset.key === undefined ? cell.textContent.trim() : Number(cell.dataset.key);
}

heads.forEach((head, at) => {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...head.childNodes);
  head.append(button);
  button.addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") === "ascending";
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const keyed = rows.map((one) => ({ row: one.row, key: key(one.row, at) }));
    const compare = (a, b) =>
      typeof a.key === "number" ? a.key - b.key : words.compare(a.key, b.key);
    keyed.sort((a, b) => (down ? compare(b, a) : compare(a, b)));
    body.append(...keyed.map((one) => one.row));
  });
});

const search = document.getElementById("search");
const count = document.getElementById("count");
search.hidden = false;
search.addEventListener("input", () => {
  const wanted = search.value.toLowerCase().split(/\s+/);
  let shown = 0;
  for (const { row, text } of rows) {
    row.hidden = !wanted.every((word) => text.includes(word));
    shown += row.hidden ? 0 : 1;
  }
  count.textContent = shown === rows.length ? "" : shown + " of " + rows.length;
});
