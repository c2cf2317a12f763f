// Passkeys: the forms marked data-passkey are shown where the browser has WebAuthn. On submit the question is fetched, answered by the
// device, put into the form as JSON and sent as any other form.
const bytes = (s) => Uint8Array.from(atob(s.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (b) => btoa(String.fromCharCode(...new Uint8Array(b))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const known = (list) => (list || []).map((c) => ({ ...c, id: bytes(c.id) }));

const ceremonies = {
  async get(o) {
    const c = await navigator.credentials.get({ publicKey: { ...o, challenge: bytes(o.challenge), allowCredentials: known(o.allowCredentials) } });
    const r = c.response;
    return { ...common(c), response: { clientDataJSON: text(r.clientDataJSON), authenticatorData: text(r.authenticatorData), signature: text(r.signature), userHandle: r.userHandle ? text(r.userHandle) : "" } };
  },
  async create(o) {
    const c = await navigator.credentials.create({
      publicKey: { ...o, challenge: bytes(o.challenge), user: { ...o.user, id: bytes(o.user.id) }, excludeCredentials: known(o.excludeCredentials) },
    });
    const r = c.response;
    const transports = r.getTransports ? r.getTransports() : [];
    return { ...common(c), response: { clientDataJSON: text(r.clientDataJSON), attestationObject: text(r.attestationObject), transports } };
  },
};

const common = (c) => ({ id: c.id, rawId: text(c.rawId), type: c.type, authenticatorAttachment: c.authenticatorAttachment || undefined, clientExtensionResults: c.getClientExtensionResults() });

async function run(form) {
  const fault = form.querySelector("[data-passkey-fault]");
  fault.hidden = true;
  try {
    const answer = await fetch(form.dataset.ask, { method: "POST", headers: { Accept: "application/json" } });
    if (answer.status === 401 || answer.status === 403) return form.submit(); // somebody must say who they are first: the page says how
    if (!answer.ok) throw new Error(String(answer.status));
    const { publicKey } = await answer.json();
    form.elements.svar.value = JSON.stringify(await ceremonies[form.dataset.passkey](publicKey));
    form.submit();
  } catch {
    fault.hidden = false;
    for (const b of form.querySelectorAll("button")) b.disabled = false;
  }
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      e.stopImmediatePropagation();
      run(form);
    });
  }
}
