// Tillside in the browser. Every page works without it; here is what makes the work quicker:
// keys, a guard for what is not saved, one press per save, copying, messages, and what htmx leaves
// to do. Listeners sit on the document, so that swapped parts need no wiring.
(() => {
  "use strict";
  const { body } = document;
  const find = (selector, root = document) => root.querySelector(selector);
  const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];
  const hasKeys = body.dataset.shortcuts === "on";
  const EDIT = "[data-key=e]";
  let isSearching = false; // Enter in the search box: the first hit takes the focus
  let isLeaving = false; // a save, a sign-out or a confirmed Cancel: do not ask about changes

  // --- what is not saved -----------------------------------------------------------------------
  const GUARDED = "form[method=post]:not([data-no-guard])";
  const NOT_TYPED = new Set(["hidden", "submit", "button", "reset"]);

  function isChanged(control) {
    if (!control.name || control.readOnly || NOT_TYPED.has(control.type)) return false;
    if (control.type === "checkbox" || control.type === "radio") {
      return control.checked !== control.defaultChecked;
    }
    if (control.options) {
      const starts = [...control.options].some((option) => option.defaultSelected);
      return starts
        ? [...control.options].some((option) => option.selected !== option.defaultSelected)
        : control.selectedIndex > 0;
    }
    return control.value !== control.defaultValue && !control.matches(":autofill");
  }

  // A form that came back with errors holds what was typed as its starting values.
  function isUnsaved(form) {
    return Boolean(find("[data-form-errors], .notice", form)) || [...form.elements].some(isChanged);
  }

  const hasUnsaved = () => !isLeaving && findAll(GUARDED).some(isUnsaved);

  addEventListener("beforeunload", (event) => {
    if (hasUnsaved()) event.preventDefault();
  });
  document.addEventListener("htmx:before:history:restore", (event) => {
    if (hasUnsaved() && !confirm(body.dataset.unsaved)) event.preventDefault();
  });
  // A page kept by the browser may show what someone else must not see, or what is long changed.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  // --- one press, one save ---------------------------------------------------------------------
  function setBusy(form, button) {
    form.classList.add("is-sending");
    const label = button && find("[data-label]", button);
    if (!label || !button.dataset.busy) return;
    button.dataset.idle ??= label.textContent;
    button.setAttribute("aria-disabled", "true");
    label.textContent = button.dataset.busy;
  }

  function setIdle(form) {
    form.classList.remove("is-sending");
    for (const button of findAll("[data-idle]", form)) {
      button.removeAttribute("aria-disabled");
      find("[data-label]", button).textContent = button.dataset.idle;
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.classList.contains("is-sending")) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (event.submitter?.matches("[data-plain]")) {
      event.stopImmediatePropagation(); // the browser sends this one, not htmx
      isLeaving = true;
    }
  }, true);

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    isLeaving = true;
    setTimeout(() => setBusy(form, event.submitter)); // after the browser has collected the fields
  });

  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    if (ctx.sourceElement.matches("form[method=post]")) {
      setBusy(ctx.sourceElement, ctx.request.submitter ?? find("[data-busy]", ctx.sourceElement));
    }
  });
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    if (!ctx.keepIndicators && ctx.sourceElement?.matches?.("form")) setIdle(ctx.sourceElement);
  });

  // --- what htmx leaves to do ------------------------------------------------------------------
  function warn(text) {
    const box = document.createElement("div");
    box.className = "alert alert-warning notice";
    box.setAttribute("role", "alert");
    box.textContent = text;
    find("#alerts").replaceChildren(box);
    box.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    if (ctx.hx.redirect && ctx.response.status < 400) isLeaving = true; // 401: see session.js
  });
  document.addEventListener("till:leaving", () => (isLeaving = true));
  document.addEventListener("till:token", ({ detail }) => renew(detail));

  // The page's forms were made for a session that has been renewed since.
  function renew(token) {
    for (const input of findAll("input[name=csrf_token]")) input.value = token;
    body.setAttribute("hx-headers:inherited", JSON.stringify({ "X-CSRFToken": token }));
  }

  document.addEventListener("htmx:error", ({ detail: { ctx, error } }) => {
    if (!ctx || ctx.response || error?.name === "AbortError") return;
    if (ctx.sourceElement?.matches("form, button, a, #search")) warn(body.dataset.offline);
  });

  document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
    const main = tasks.find((task) => task.type === "main")?.target;
    ctx.hadFocus = main instanceof Element && main !== body && main.contains(document.activeElement);
  });

  document.addEventListener("htmx:after:swap", ({ target, detail: { ctx } }) => {
    const fresh = find("[data-fresh-csrf]");
    if (fresh) {
      renew(fresh.value);
      fresh.remove();
    }
    if (isSearching && target instanceof Element) {
      isSearching = false;
      find("tbody th a", find("#results") ?? target)?.focus();
      return;
    }
    // A toast's button has done its work, and what it brought is elsewhere.
    if (ctx.hx?.retarget && ctx.response.status < 400) ctx.sourceElement.closest("[data-toast]")?.remove();
    // Focus that went away with the old part goes to the new one, unless that has taken it.
    if (!ctx.hadFocus || document.activeElement !== body || !(target instanceof Element)) return;
    const place = target.matches("tr") ? find(EDIT, target) ?? find("a", target) : target;
    if (!place) return;
    if (place === target) place.tabIndex = -1;
    place.focus({ preventScroll: true });
  });

  // --- keys ------------------------------------------------------------------------------------
  const TYPING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";
  let isGoing = 0; // set for a moment after "g"

  function press(selector) {
    const control = find(selector);
    control?.click();
    return Boolean(control);
  }

  function edit() {
    const inRow = document.activeElement.closest("tr");
    const link = (inRow && find(EDIT, inRow)) ?? find(EDIT);
    link?.click();
    return Boolean(link);
  }

  function search() {
    const box = find("#search");
    box?.focus();
    box?.select();
    return Boolean(box);
  }

  function openKeys() {
    find("#keys")?.showModal();
    return true;
  }

  const KEYS = { "/": search, n: () => press("[data-key=n]"), e: edit, "?": openKeys };

  function cancel(form) {
    const link = find("[data-key=Escape]", form);
    if (!link || (isUnsaved(form) && !confirm(body.dataset.unsaved))) return;
    isLeaving = !link.hasAttribute("hx-get");
    link.click();
  }

  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.isComposing || event.defaultPrevented || !(target instanceof Element)) return;
    const form = target.closest("form");
    // A message above the form may have the focus: what is not saved there is meant.
    const meant = form ?? (find("dialog[open]") ? null : findAll("form[data-guard]").find(isUnsaved));
    if (key === "Enter" && (event.ctrlKey || event.metaKey) && meant) {
      event.preventDefault();
      meant.requestSubmit(find("[data-key=submit]", meant) ?? undefined);
      return;
    }
    if (key === "Enter" && target.id === "search") isSearching = true;
    if (event.ctrlKey || event.metaKey || event.altKey || find("dialog[open], :popover-open")) return;
    if (key === "Escape" && form) cancel(form);
    if (!hasKeys || key.length !== 1 || target.closest(TYPING)) return;
    let isDone = false;
    if (isGoing) {
      clearTimeout(isGoing);
      isGoing = 0;
      isDone = press(`[data-go="${CSS.escape(key)}"]`);
    } else if (key === "g") {
      isGoing = setTimeout(() => (isGoing = 0), 1500);
    } else {
      isDone = KEYS[key]?.() ?? false;
    }
    if (isDone) event.preventDefault();
  });

  // --- clicks ----------------------------------------------------------------------------------
  async function copy(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const box = document.createElement("textarea"); // plain http, where the browser has no clipboard
    box.value = text;
    body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  }

  function say(text) {
    const note = document.createElement("span");
    note.className = "visually-hidden";
    note.textContent = text;
    find("#toasts")?.append(note);
    setTimeout(() => note.remove(), 3000);
  }

  document.addEventListener("click", (event) => {
    const control = event.target.closest("[data-copy], [data-close], [data-open], [data-fill-email]");
    if (!control) return followRow(event);
    const { copy: text, open, fillEmail } = control.dataset;
    if (text !== undefined) {
      copy(text).then(() => {
        control.classList.add("is-copied");
        say("Copied");
        setTimeout(() => control.classList.remove("is-copied"), 1500);
      });
    } else if (open) {
      find("#side:popover-open")?.hidePopover();
      document.getElementById(open).showModal();
    } else if (fillEmail) {
      event.preventDefault();
      const place = control.closest("dialog, main"); // sign-in may stand over another form
      find("input[name=email]", place).value = fillEmail;
      find("input[name=password]", place).value = control.dataset.fillPassword;
      find("[data-key=submit]", place).focus();
    } else {
      control.closest("[data-toast]").remove();
    }
  });

  // The whole row leads to its record, but never takes a click on something else, nor a selection.
  function followRow(event) {
    const row = event.target.closest("table.customers tbody tr");
    const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (!row || !isPlain || event.target.closest("a, button, input, label, form")) return;
    if (String(getSelection())) return;
    find("th a", row)?.click();
  }

  // --- toasts: 6 seconds or more, 15 with a button, and while someone reads; warnings stay -----
  function arm(toast) {
    let timer = 0;
    const stop = () => clearTimeout(timer);
    const start = () => {
      stop();
      timer = setTimeout(() => toast.remove(), Math.max(toast.querySelector("form") ? 15000 : 6000, 3000 + toast.textContent.length * 80));
    };
    for (const name of ["mouseenter", "focusin"]) toast.addEventListener(name, stop);
    for (const name of ["mouseleave", "focusout"]) toast.addEventListener(name, start);
    start();
  }

  const toasts = find("#toasts");
  if (toasts) {
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes) {
        for (const node of addedNodes) if (node.matches?.("[data-toast]:not(.toast-warning, .toast-danger)")) arm(node);
      }
    }).observe(toasts, { childList: true });
    const waiting = findAll("[data-toast]", toasts);
    toasts.replaceChildren(); // screen readers speak only what comes after the page
    setTimeout(() => toasts.append(...waiting), 100);
  }

  for (const button of findAll("[data-open]")) button.hidden = false;
})();
