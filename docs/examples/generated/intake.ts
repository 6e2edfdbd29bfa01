// Uses the generated TypeScript client for all that an intake system does, and prints the answers as JSON. Pilah's tests run it.
// Usage, beside the folder client/: node --experimental-transform-types intake.ts ADDRESS KEY
import { Configuration, DecisionsApi, PredictionsApi, ResponseError, type DecisionIn } from "./client/index.ts";

const [basePath, accessToken] = process.argv.slice(2);
const configuration = new Configuration({ basePath, accessToken });
const predictions = new PredictionsApi(configuration);
const decisions = new DecisionsApi(configuration);
const text = "\nLaporan saya di polres belum ada kejelasan sampai kini";

async function refused(decisionIn: DecisionIn): Promise<number> {
    try {
        await decisions.decide({ decisionIn });
    } catch (error) {
        return (error as ResponseError).response.status;
    }
    return 0;
}

const first = await predictions.predict({
    complaintIn: { referenceId: "1", text, receivedAt: new Date("2026-03-02T08:00:00+07:00") },
});
const unit = first.units[1].id;
const decided = await decisions.decide({
    decisionIn: { suggestionId: first.suggestionId, unit, copies: [first.units[2].id], officer: "p-01", seconds: 12.5 },
    idempotencyKey: "a",
});
const returned = await decisions.recordReturn({
    returnIn: { referenceId: "1", decisionId: decided.id, reason: "Bukan tugas kami" },
});
await predictions.predict({ complaintIn: { referenceId: "2", text } });
const rejected = await decisions.decide({ decisionIn: { referenceId: "2", outcome: "bukan kewenangan" } });
await decisions.undo({ decisionId: rejected.id, idempotencyKey: "b" });
await predictions.predict({ complaintIn: { referenceId: "3", text } });
const batch = await predictions.predictBatch({ batchIn: { complaints: [{ text }, null] } });
const lines = await predictions.predictStream({ body: new Blob(['{"text": "Jalan rusak"}\n{}\n']), evidence: false });
const waiting: boolean[] = [];
for (const referenceId of ["1", "2", "3"]) waiting.push((await decisions.findComplaint({ referenceId })).waiting);
console.log(JSON.stringify({
    unit,
    verdicts: [decided.verdict, returned.verdict, rejected.verdict],
    returned: returned.id === decided.id && returned.returnedAt instanceof Date,
    mistyped: await refused({ referenceId: "3", untit: unit } as DecisionIn),
    "nothing said": await refused({ referenceId: "3" }),
    batch: batch.results.map((result) => ("units" in result ? "SuggestionOut" : "Problem")),
    stream: (await lines.text()).split("\n").length - 1,
    waiting,
}));
