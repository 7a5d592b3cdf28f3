// <vouch-feedback server="https://..." token="...">: thumbs and a comment on one log, in any page.
//
// No dependency. The token is signed by the server for one log and expires; it can do nothing else.
// Colours and sizes follow the CSS properties --vouch-accent, --vouch-negative, --vouch-on-accent
// (on both), --vouch-focus, --vouch-text, --vouch-muted, --vouch-border, --vouch-background, --vouch-radius,
// --vouch-size and --vouch-font. Words follow the attributes `question`, `thanks` and `placeholder`;
// `comment="off"` asks for no comment; with `compact` there are only the two thumbs, and the page
// says the rest. Fires `vouch-feedback` with {value, comment, id} once the server has it.
//
// A page with its own way to a server sets the properties `deliver`, which sends instead of us,
// and `value`, which is what was given so far; our Playground does, where people are signed in.

const STYLE = `
:host { display: inline-block; font: var(--vouch-font, inherit); color: var(--vouch-text, inherit); }
:host([hidden]) { display: none; }
.row { display: flex; align-items: center; gap: 6px; flex-wrap: wrap; }
.question { color: var(--vouch-muted, inherit); font-size: .9em; margin-right: 2px; }
:host([compact]) :is(.question, .said) { display: none; }
button { font: inherit; color: inherit; cursor: pointer; background: var(--vouch-background, transparent);
  border: 1px solid var(--vouch-border, color-mix(in srgb, currentColor 25%, transparent));
  border-radius: var(--vouch-radius, 8px); min-width: var(--vouch-size, 34px); min-height: var(--vouch-size, 34px); padding: 4px 8px; }
:host([compact]) .row { gap: 4px; }
:host([compact]) button { padding: 0; display: grid; place-items: center; }
button:hover { background: color-mix(in srgb, currentColor 8%, transparent); }
button[aria-disabled=true] { opacity: .55; cursor: default; }
button:focus-visible, textarea:focus-visible { outline: 2px solid var(--vouch-focus, var(--vouch-accent, #1d6147)); outline-offset: 2px; }
button svg { width: 18px; height: 18px; display: block; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.up[aria-pressed=true] { background: var(--vouch-accent, #1d6147); border-color: transparent; color: var(--vouch-on-accent, #fff); }
.down[aria-pressed=true] { background: var(--vouch-negative, #a83d1f); border-color: transparent; color: var(--vouch-on-accent, #fff); }
form { margin-top: 8px; display: flex; flex-direction: column; gap: 6px; align-items: flex-end; }
form[hidden] { display: none; }
textarea { box-sizing: border-box; width: min(340px, 80vw); min-height: 64px; font: inherit; color: inherit; padding: 8px 10px; resize: vertical;
  background: var(--vouch-background, transparent); border: 1px solid var(--vouch-border, color-mix(in srgb, currentColor 35%, transparent)); border-radius: var(--vouch-radius, 8px); }
.send { padding: 4px 14px; }
.said { font-size: .9em; color: var(--vouch-muted, inherit); }
.said.wrong { color: var(--vouch-negative, #a83d1f); }
`;

const HAND = "M7 11v9H4a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1h3Zm0 0 4-8a2 2 0 0 1 2 2v4h5.5a2 2 0 0 1 2 2.3l-1.2 7A2 2 0 0 1 17.300 20H7";

/** Where this script came from is the server, unless the attribute says otherwise. */
const HOME = new URL(import.meta.url).origin;

// Browsers alone have HTMLElement; a bundler that looks at this file on a server must not fail.
const Base = (typeof HTMLElement === "undefined" ? class {} : HTMLElement) as typeof HTMLElement;

/** What a person says of the log. */
export interface Said {
  value: boolean;
  comment?: string;
}

export class VouchFeedback extends Base {
  /** Sends instead of us; an error it throws is shown. Gives back the feedback's id, if it has one. */
  deliver: ((said: Said) => Promise<string | void>) | null | undefined;
  #value: boolean | undefined;
  #busy = false;

  /** What was given so far; null for nothing. */
  get value(): boolean | null {
    return this.#value ?? null;
  }

  set value(value: boolean | null | undefined) {
    this.#value = value ?? undefined;
    this.#press();
  }

  connectedCallback(): void {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: "open" });
    const style = element("style", {}, STYLE);
    const question = this.getAttribute("question") ?? "Was this helpful?";
    const row = element("div", { class: "row", role: "group", "aria-label": question });
    row.append(element("span", { class: "question" }, question), this.#thumb(true), this.#thumb(false));
    row.append(element("span", { class: "said", role: "status" }));
    const form = element("form", { hidden: "" });
    const label = this.getAttribute("placeholder") ?? "Tell us more (optional)";
    form.append(element("textarea", { placeholder: label, "aria-label": label, maxlength: "8000", dir: "auto" }));
    form.append(element("button", { class: "send", type: "submit" }, this.getAttribute("send") ?? "Send"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const comment = this.#field().value.trim();
      if (this.#value !== undefined && comment) void this.#send(this.#value, comment);
    });
    root.append(style, row, form);
    this.#press();
  }

  #thumb(up: boolean): HTMLElement {
    const button = element("button", { type: "button", class: up ? "up" : "down", "aria-pressed": "false", "aria-label": up ? "Thumbs up" : "Thumbs down", title: up ? "Thumbs up" : "Thumbs down" });
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", HAND);
    if (!up) svg.style.transform = "rotate(180deg)";
    svg.append(path);
    button.append(svg);
    button.addEventListener("click", () => void this.#send(up));
    return button;
  }

  async #send(value: boolean, comment?: string): Promise<void> {
    if (this.#busy) return;
    this.#wait(true);
    try {
      const said = { value, ...(comment ? { comment } : {}) };
      const id = await (this.deliver ? this.deliver(said) : this.#post(said));
      this.#given(value, comment);
      const detail = { value, comment: comment ?? null, id: id ?? null };
      this.dispatchEvent(new CustomEvent("vouch-feedback", { detail, bubbles: true, composed: true }));
    } catch (thrown) {
      const why = thrown instanceof TypeError ? "The server cannot be reached; please try again." : String((thrown as Error).message);
      this.#say(why, true);
    } finally {
      this.#wait(false);
    }
  }

  async #post(said: Said): Promise<string | undefined> {
    const server = (this.getAttribute("server") || HOME).replace(/\/+$/, "");
    const token = this.getAttribute("token");
    if (!token) throw new Error("No feedback token was given.");
    const answer = await fetch(`${server}/api/v1/public/feedback`, {
      method: "POST",
      credentials: "omit",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token, name: "thumbs", ...said }),
    });
    const body = (await answer.json().catch(() => ({}))) as { id?: string; detail?: string };
    if (!answer.ok) throw new Error(body.detail || `The server answered ${answer.status}.`);
    return body.id;
  }

  #press(): void {
    if (!this.shadowRoot) return;
    for (const [name, pressed] of [["up", this.#value === true], ["down", this.#value === false]] as const) {
      this.#part(`.${name}`).setAttribute("aria-pressed", String(pressed));
    }
  }

  #given(value: boolean, comment?: string): void {
    this.value = value;
    const asks = this.getAttribute("comment") !== "off" && comment === undefined;
    this.#part("form").hidden = !asks;
    this.#say(this.getAttribute("thanks") ?? "Thank you!", false);
  }

  /** Not with `disabled`, which would take the focus away from whoever uses the keyboard. */
  #wait(busy: boolean): void {
    this.#busy = busy;
    for (const button of this.shadowRoot?.querySelectorAll("button") ?? []) button.setAttribute("aria-disabled", String(busy));
  }

  #say(text: string, wrong: boolean): void {
    const said = this.#part(".said");
    said.classList.toggle("wrong", wrong);
    said.textContent = text;
  }

  #part(selector: string): HTMLElement {
    return this.shadowRoot!.querySelector<HTMLElement>(selector)!;
  }

  #field(): HTMLTextAreaElement {
    return this.#part("textarea") as HTMLTextAreaElement;
  }
}

function element(name: string, attributes: Record<string, string>, text?: string): HTMLElement {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

if (typeof customElements !== "undefined" && !customElements.get("vouch-feedback")) {
  customElements.define("vouch-feedback", VouchFeedback);
}
