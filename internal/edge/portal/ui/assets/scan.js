// Reads a printed code with the camera into the field beside the button, where the browser can. The picture never leaves the
// device.
for (const field of document.querySelectorAll("[data-scan]")) {
  const button = field.querySelector("button[data-camera]");
  const input = field.querySelector("input");
  const video = field.querySelector("video");
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia) continue;
  button.hidden = false;
  let stream = null;
  const stop = () => {
    stream?.getTracks().forEach((t) => t.stop());
    stream = null;
    video.hidden = true;
    button.setAttribute("aria-pressed", "false");
  };
  const look = async (detector) => {
    if (!stream) return;
    const found = await detector.detect(video).catch(() => []);
    if (found.length > 0) {
      input.value = found[0].rawValue.trim().slice(0, input.maxLength > 0 ? input.maxLength : 200);
      stop();
      input.focus();
      input.dispatchEvent(new Event("change", { bubbles: true }));
    } else requestAnimationFrame(() => look(detector));
  };
  button.addEventListener("click", async () => {
    if (stream) return stop();
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      field.querySelector("[data-no-camera]").hidden = false;
      return;
    }
    video.srcObject = stream;
    video.hidden = false;
    button.setAttribute("aria-pressed", "true");
    await video.play();
    look(new BarcodeDetector({ formats: ["qr_code", "code_128", "code_39", "ean_13", "data_matrix"] }));
  });
  field.addEventListener("keydown", (e) => { if (e.key === "Escape" && stream) { stop(); button.focus(); } });
  window.addEventListener("pagehide", stop);
}
