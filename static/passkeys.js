// Passkeys: asks the browser for one and sends its answer with the form. Only on pages that need it.
(() => {
  "use strict";

  const decode = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const encode = (buffer) =>
    buffer && btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const listed = (keys) => (keys ?? []).map((key) => ({ ...key, id: decode(key.id) }));

  const readOptions = (options) => ({
    ...options,
    challenge: decode(options.challenge),
    ...(options.user && { user: { ...options.user, id: decode(options.user.id) } }),
    ...(options.excludeCredentials && { excludeCredentials: listed(options.excludeCredentials) }),
    ...(options.allowCredentials && { allowCredentials: listed(options.allowCredentials) }),
  });

  const writeAnswer = ({ id, rawId, type, response }) => {
    const parts = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[name]) parts[name] = encode(response[name]);
    }
    return JSON.stringify({ id, rawId: encode(rawId), type, response: parts });
  };

  const WORDS = {
    NotAllowedError: "The passkey was not used: it was cancelled, or it took too long. Try again.",
    InvalidStateError: "This device has a passkey for your account already.",
    SecurityError: "Passkeys do not work at this address. Open Tillside by its name, with https.",
  };
  const OTHER = "The passkey could not be used. Try again, or choose another way.";

  const ask = async (form) => {
    const answer = await fetch(form.dataset.options, {
      method: "POST",
      headers: { "X-CSRFToken": form.elements.csrf_token.value },
    });
    const isOver = answer.status === 409 || answer.status === 401; // the step, or the session
    if (isOver && !("stays" in form.dataset)) return void location.reload();
    if (!answer.ok) throw new Error(answer.statusText);
    const publicKey = readOptions(await answer.json());
    const made = await (form.dataset.passkey === "add"
      ? navigator.credentials.create({ publicKey })
      : navigator.credentials.get({ publicKey }));
    form.elements.credential.value = writeAnswer(made);
    form.requestSubmit(); // not submit(): sign-in over an open page follows it (session.js)
  };

  const start = (form) => {
    if ("started" in form.dataset) return; // the script runs again for each sign-in over a page
    form.dataset.started = "";
    const problem = form.querySelector("[data-passkey-problem]");
    const button = form.querySelector("[type=submit]");
    const tell = (text) => {
      problem.textContent = text;
      problem.hidden = !text;
    };
    if (!window.PublicKeyCredential) {
      if (form.dataset.passkey === "use") return;
      tell(isSecureContext ? "This browser has no passkeys." : WORDS.SecurityError);
      button.disabled = true;
      return;
    }
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      if (form.elements.credential.value) return;
      event.preventDefault();
      event.stopPropagation(); // "Saving…" would come too early
      if (button.disabled) return;
      tell("");
      button.disabled = true;
      ask(form).catch((error) => {
        tell(WORDS[error.name] ?? OTHER);
        button.disabled = false;
      });
    });
  };

  document.querySelectorAll("[data-needs-script]").forEach((note) => note.remove());
  document.querySelectorAll("form[data-passkey]").forEach(start);
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
})();
