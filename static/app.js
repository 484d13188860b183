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
  const FIELD = "input:not([type=hidden])";
  let isLeaving = false; // a save, a sign-out, or what is not saved may go: do not ask again

  // --- what is not saved -----------------------------------------------------------------------
  const GUARDED = "form[method=post]:not([data-no-guard])";
  const NOT_TYPED = new Set(["hidden", "submit", "button", "reset"]);

  function isChanged(control) {
    if (!control.name || control.readOnly || NOT_TYPED.has(control.type)) return false;
    if (["checkbox", "radio"].includes(control.type)) return control.checked !== control.defaultChecked;
    if (control.options) {
      const options = [...control.options];
      const isStart = ({ selected, defaultSelected }) => selected === defaultSelected;
      return options.some((one) => one.defaultSelected) ? !options.every(isStart) : control.selectedIndex > 0;
    }
    return control.value !== control.defaultValue && !control.matches(":autofill");
  }

  // A draft, or a form that came back with errors, holds what was typed as its starting values.
  function isUnsaved(form) {
    return Boolean(find("[data-typed], [data-form-errors], [data-error-code]", form)) || [...form.elements].some(isChanged);
  }

  // Whether a part of the page holds what is not saved, but for the form that `source` belongs to.
  function hasUnsaved(source = null, part = document) {
    const isMeant = (form) => !form.contains(source) && !(part !== document && form.matches("[data-kept]"));
    return !isLeaving && findAll(GUARDED, part).some((form) => isMeant(form) && isUnsaved(form));
  }

  const mayGo = (...what) => !hasUnsaved(...what) || confirm(body.dataset.unsaved);

  function leave(event, mayLeave) {
    isLeaving = mayLeave;
    if (!mayLeave) event.preventDefault();
  }

  addEventListener("beforeunload", (event) => hasUnsaved() && event.preventDefault());
  document.addEventListener("htmx:before:history:restore", (event) => leave(event, mayGo()));
  // A page kept by the browser may show what someone else must not see, or what is long changed.
  addEventListener("pageshow", (event) => event.persisted && location.reload());

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

  // The browser sends a form and shows another page: what else is typed on this one goes.
  const send = (event) => leave(event, event.target.action.endsWith("/logout") || mayGo(event.target));

  document.addEventListener("submit", (event) => {
    const isSending = event.target.classList.contains("is-sending");
    if (!isSending && !event.submitter?.matches("[data-plain]")) return;
    event.stopImmediatePropagation(); // the browser sends a plain one, not htmx
    if (isSending) event.preventDefault();
    else send(event);
  }, true);

  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (event.defaultPrevented || form.method !== "post") return;
    send(event);
    if (isLeaving) setTimeout(() => setBusy(form, submitter)); // after the browser has collected the fields
  });

  // Nobody pressed anything: such a request asks nothing, takes no focus, and fails unseen.
  const isQuiet = (ctx) => ctx.sourceEvent?.type === "every" || ctx.sourceElement.matches("[data-quiet]");
  const isPressed = (ctx) => ["click", "submit"].includes(ctx.sourceEvent?.type);
  const isInTheWay = (ctx, ...what) => (isQuiet(ctx) ? hasUnsaved(...what) : !mayGo(...what));

  document.addEventListener("htmx:before:request", (event) => {
    const { ctx } = event.detail;
    const form = ctx.sourceElement.matches("form[method=post]") ? ctx.sourceElement : null;
    if (isInTheWay(ctx, form, ctx.target ?? ctx.sourceElement)) return event.preventDefault();
    if (form) setBusy(form, ctx.request.submitter ?? find("[data-busy]", form));
  });
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    if (!ctx.keepIndicators && ctx.sourceElement?.matches?.("form")) setIdle(ctx.sourceElement);
    // A disabled button loses the focus; it gets it back when there is nothing else to look at.
    setTimeout(() => document.activeElement === body && ctx.focused?.isConnected && ctx.focused.focus());
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

  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = event.detail;
    if (ctx.response.status >= 400) { // 401: see session.js
      if (isQuiet(ctx)) event.preventDefault();
    } else if (ctx.hx.redirect || ctx.hx.refresh) {
      leave(event, !isInTheWay(ctx, ctx.sourceElement));
    }
  });
  document.addEventListener("till:leaving", () => (isLeaving = true));

  document.addEventListener("htmx:error", ({ detail: { ctx, error } }) => {
    if (!ctx || ctx.response || error?.name === "AbortError") return;
    if (ctx.sourceElement?.matches("form, button, a, #search")) warn(body.dataset.offline);
  });

  // What was pressed, and where to go on from after it: its row, or what else has a name around it.
  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    const { sourceElement: source } = ctx;
    if (source.contains(document.activeElement)) ctx.focused = document.activeElement;
    const place = source.closest("tr[id]") ?? source.closest("[id]");
    ctx.place = source.closest("[data-toast]") ? "tr.is-marked" : place && `#${CSS.escape(place.id)}`;
  });

  document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
    const main = tasks.find((task) => task.type === "main")?.target;
    ctx.hadFocus = isPressed(ctx) || (main instanceof Element && main !== body && main.contains(document.activeElement));
    if (isPressed(ctx)) return;
    for (const { fragment } of tasks) for (const one of findAll("[autofocus]", fragment)) one.autofocus = false;
  });

  document.addEventListener("htmx:after:swap", ({ target, detail: { ctx } }) => {
    const { sourceElement: source, sourceEvent, response } = ctx;
    const isDone = response?.status < 400;
    if (isDone && sourceEvent?.type === "submit" && document.activeElement.matches("#search")) {
      return find("#results tbody th a")?.focus(); // Enter: to the first hit
    }
    // A toast's button has done its work, and what it brought is elsewhere.
    if (isDone && ctx.hx.retarget) source.closest("[data-toast]")?.remove();
    // Focus that went away with the old part goes to the new one, unless that has taken it.
    if (!ctx.hadFocus || document.activeElement !== body) return;
    const place = (ctx.place && find(ctx.place)) ?? target;
    if (!(place instanceof Element)) return;
    const inner = place.matches("tr")
      ? find(EDIT, place) ?? find(`a, button:not(.btn-danger), select, ${FIELD}`, place)
      : find(place.matches("form") ? FIELD : "tbody th a", place);
    if (!inner) place.tabIndex = -1;
    (inner ?? place).focus({ preventScroll: true });
  });

  // --- keys ------------------------------------------------------------------------------------
  const TYPING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";
  let isGoing = 0; // set for a moment after "g"

  const press = (control) => control && !control.click(); // whether there was one

  function search() {
    const box = find("#search");
    box?.focus();
    box?.select();
    return Boolean(box);
  }

  const KEYS = {
    "/": search,
    n: () => press(find("[data-key=n]")),
    e: () => press(find(`tr:focus-within ${EDIT}`) ?? find(EDIT)),
    "?": () => press(find("[data-open=keys]")),
  };

  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.isComposing || event.defaultPrevented || !(target instanceof Element)) return;
    // One press, one answer: a key that is held down may not agree to what it has just asked for.
    if (key === "Enter" && event.repeat && !target.matches("textarea")) return event.preventDefault();
    const form = target.form ?? target.closest("form"); // the search box stands outside its form
    // A message above the form may have the focus: what is not saved there is meant.
    const meant = form ?? (find("dialog[open]") ? null : findAll("form[data-guard]").find(isUnsaved));
    if (key === "Enter" && (event.ctrlKey || event.metaKey) && meant) {
      event.preventDefault();
      return meant.requestSubmit(find("[data-key=submit]", meant) ?? undefined);
    }
    if (event.ctrlKey || event.metaKey || event.altKey || find("dialog[open], :popover-open")) return;
    if (key === "Escape") {
      const places = [form, target.closest("tr"), !form && find("tr.is-editing")];
      places.map((place) => place && find("[data-key=Escape]", place)).find(Boolean)?.click();
    }
    if (!hasKeys || key.length !== 1 || target.closest(TYPING)) return;
    let isDone = false;
    if (isGoing) {
      clearTimeout(isGoing);
      isGoing = 0;
      isDone = press(find(`[data-go="${CSS.escape(key)}"]`));
    } else if (key === "g") {
      isGoing = setTimeout(() => (isGoing = 0), 1500);
    } else {
      isDone = KEYS[key]?.() ?? false;
    }
    if (isDone) event.preventDefault();
  });

  // --- clicks ----------------------------------------------------------------------------------
  async function copy(text, control) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch { // plain http, where the browser has no clipboard; or it does not let us
      const box = document.createElement("textarea");
      box.value = text;
      control.after(box);
      box.select();
      const isCopied = document.execCommand("copy");
      box.remove();
      control.focus();
      return isCopied;
    }
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
      copy(text, control).then((isCopied) => {
        if (!isCopied) return say("Not copied");
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
      timer = setTimeout(() => toast.remove(), Math.max(find("form, a", toast) ? 15000 : 6000, 3000 + toast.textContent.length * 80));
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
