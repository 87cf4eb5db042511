// What the pages need beyond HTMX: answers that carry an error are shown where the part would be.
"use strict";
document.addEventListener("htmx:beforeSwap", (event) => {
  const status = event.detail.xhr.status;
  if (status >= 400 && status !== 401 && event.detail.xhr.responseText.startsWith("<p class=\"problem\"")) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});
// A form that does something grave asks once more, in the visitor's own language.
document.addEventListener("submit", (event) => {
  const question = event.target.getAttribute("data-confirm");
  if (question && !window.confirm(question)) event.preventDefault();
});
// One box that ticks all boxes of its form with a name, also those that HTMX brings later.
document.addEventListener("change", (event) => {
  const name = event.target.getAttribute && event.target.getAttribute("data-all");
  if (!name) return;
  for (const box of event.target.form.elements) {
    if (box.name === name && box.type === "checkbox") box.checked = event.target.checked;
  }
});
