// j and k go down and up the list, x ticks the document, Enter opens it. Everything works without.
const rows = [...document.querySelectorAll("[data-rows] [data-row]")];
const typing = "input:not([type=checkbox]), textarea, select, [contenteditable]";
document.addEventListener("keydown", (event) => {
  if (!rows.length || event.ctrlKey || event.metaKey || event.altKey || event.target.closest(typing)) return;
  const here = rows.findIndex((row) => row.closest("li").contains(document.activeElement));
  if (event.key === "j" || event.key === "k") {
    const next = here === -1 ? 0 : here + (event.key === "j" ? 1 : -1);
    rows[Math.min(Math.max(next, 0), rows.length - 1)].focus();
    event.preventDefault();
  }
  if (event.key === "x" && here !== -1) rows[here].closest("li").querySelector("input[type=checkbox]:not(:disabled)")?.click();
});
