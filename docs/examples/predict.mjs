// Asks Pilah about one complaint, waits where Pilah says so, and records what was decided. Node 18 or later.
// Usage: PILAH_URL=http://127.0.0.1:8000 PILAH_KEY=... node predict.mjs REFERENCE TEXT
const [reference, text] = process.argv.slice(2);
const { PILAH_URL, PILAH_KEY } = process.env;

/** Status and answer; what Pilah asks to be sent again is sent again: the same complaint is never stored twice. */
async function ask(method, path, body, attempts = 5) {
  const answer = await fetch(PILAH_URL + path, {
    method,
    headers: { Authorization: `Bearer ${PILAH_KEY}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if ([429, 503].includes(answer.status) && attempts > 1) {
    await new Promise((wake) => setTimeout(wake, 1000 * Number(answer.headers.get("Retry-After"))));
    return ask(method, path, body, attempts - 1);
  }
  return [answer.status, await answer.json()];
}

function fail(problem) {
  console.error(`error: ${problem.title}: ${problem.detail} (request ${problem.request_id})`);
  process.exit(1);
}

let [status, answer] = await ask("POST", "/v1/predictions?evidence=false", { reference_id: reference, text });
if (status !== 200) fail(answer);
const unit = answer.units[0].id;
console.log(`suggested: ${unit}`);
[status, answer] = await ask("POST", "/v1/decisions", { suggestion_id: answer.suggestion_id, unit, officer: "p-01" });
if (status === 409) console.log("decided by somebody else in the meantime");
else if (status !== 201) fail(answer);
else console.log(`verdict: ${answer.verdict}`);
