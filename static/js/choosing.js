// Rows of a list that are chosen by their boxes: a bar says how many. The form works without this file.
(() => {
  "use strict";

  const boxes = (form) => [...form.querySelectorAll("input[type=checkbox][name=row]")];

  const show = (form) => {
    const all = boxes(form);
    const chosen = all.filter((box) => box.checked).length;
    const bar = form.querySelector("[data-choosing-bar]");
    bar.hidden = !chosen;
    bar.querySelector("[data-choosing-count]").textContent = chosen;
    const head = form.querySelector("[data-choose-all]");
    if (!head) return;
    head.hidden = false;
    head.checked = chosen > 0 && chosen === all.length;
    head.indeterminate = chosen > 0 && chosen < all.length;
  };

  const showAll = () => document.querySelectorAll("form[data-choosing]").forEach(show);

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-choosing]");
    if (!form) return;
    if (event.target.matches("[data-choose-all]")) {
      boxes(form).forEach((box) => (box.checked = event.target.checked));
    }
    show(form);
  });

  // The boxes are empty only after the event. The bar goes away with its button: the focus must not.
  document.addEventListener("reset", (event) => {
    const form = event.target;
    if (!form.matches("form[data-choosing]")) return;
    setTimeout(() => {
      show(form);
      form.querySelector("[data-choose-all]")?.focus();
    });
  });

  document.addEventListener("htmx:load", showAll);
  addEventListener("pageshow", showAll);
})();
