// Small comforts: every page reads and submits without this file.
(() => {
  "use strict";

  const openMenus = () => document.querySelectorAll("details.menu[open]");

  const close = (menu) => {
    const hadFocus = menu.contains(document.activeElement) || document.activeElement === document.body;
    menu.open = false;
    if (hadFocus) menu.querySelector("summary").focus({ preventScroll: true });
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") openMenus().forEach(close);
  });

  document.addEventListener("click", (event) => {
    openMenus().forEach((menu) => {
      if (!menu.contains(event.target)) close(menu);
    });
  });

  // One menu at a time, and none that reaches over the right edge. "toggle" does not bubble.
  document.addEventListener(
    "toggle",
    (event) => {
      const menu = event.target;
      if (!menu.matches("details.menu") || !menu.open) return;
      openMenus().forEach((other) => {
        if (other !== menu && !other.contains(menu)) other.open = false;
      });
      const box = menu.querySelector(".menu__box");
      if (box && box.getBoundingClientRect().right > document.documentElement.clientWidth) {
        menu.classList.add("menu--end");
      }
    },
    true,
  );

  // After a swap: go to what changed, and say it.
  document.addEventListener("htmx:load", (event) => {
    const fresh = event.detail.elt;
    if (fresh === document.body) return;
    const target = fresh.matches("[data-focus]") ? fresh : fresh.querySelector("[data-focus]");
    if (!target) return;
    target.focus();
    // A message that comes with the swap is not read by itself; what has the focus is.
    const said = fresh.querySelector(".notice[role=status]") ?? target;
    document.getElementById("announce").textContent = said.textContent.trim();
  });

  // What is wrong with a form that came back stands far above the button that was pressed.
  document.querySelector("[role=alert][data-focus]")?.focus();

  // A form that is on its way is not sent twice. Those of htmx wait by themselves.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.target) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    event.submitter?.setAttribute("aria-busy", "true");
  });
  // A page that the browser kept may be sent again.
  addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
    document.querySelectorAll("button[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  });

  // An address says only what was chosen.
  document.addEventListener("htmx:configRequest", (event) => {
    const { verb, formData } = event.detail;
    if (verb !== "get") return;
    [...formData].filter(([, value]) => value === "").forEach(([name]) => formData.delete(name));
  });

  // A failure: the page says what happened, a silent button would not.
  const leave = ({ requestConfig, pathInfo }) => {
    if (requestConfig.verb === "get") location.assign(pathInfo.finalRequestPath);
    else location.reload();
  };

  // A whole page where a part was asked for (the sign-in page, for one) is shown as a page.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, serverResponse } = event.detail;
    if (!/^\s*<!doctype/i.test(serverResponse)) return;
    event.preventDefault();
    if (xhr.status < 400) location.assign(xhr.responseURL);
    else leave(event.detail);
  });

  document.addEventListener("htmx:responseError", (event) => leave(event.detail));
})();
