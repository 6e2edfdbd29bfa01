"""An office's desk for tests: users, forms and API, through one HTTP client."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from service.ledger.access.accounts import open_accounts
from service.ledger.tables import Upload

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi.testclient import TestClient

LOCAL = "http://127.0.0.1"
PASSWORD = "kata-sandi-uji"  # noqa: S105 - of invented users
ROLES = {"sari": "officer", "budi": "supervisor", "rini": "administrator"}


class Desk:
    """An office and its client; users are added as they sign in."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        # Once an office has a key, the API requires a key.
        with open_accounts(self.database) as accounts:
            self.key = accounts.add_key("LAPOR", "test")

    @property
    def database(self) -> Any:
        return self.client.app.state.database  # type: ignore[attr-defined]

    def sign_in(self, name: str) -> Desk:
        with open_accounts(self.database) as accounts:
            accounts.add_user(name, ROLES[name], PASSWORD, "test")
        answer = self.client.post("/masuk", data={"nama": name, "sandi": PASSWORD}, follow_redirects=False)
        assert answer.status_code == 303, answer.text
        return self

    def send(self, reference: str, **fields: Any) -> dict[str, Any]:
        """Send a complaint through the API."""
        body = {"reference_id": reference, "text": "laporan saya di polres belum ada kejelasan"} | fields
        answer = self.client.post("/v1/predictions", json=body, headers=self.bearer)
        assert answer.status_code == 200, answer.text
        sent: dict[str, Any] = answer.json()
        return sent

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    def stored(self, reference: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"/v1/complaints/{reference}", headers=self.bearer).json()
        return found

    def page(self, address: str, status: int = 200) -> str:
        answer = self.client.get(address)
        assert answer.status_code == status, answer.text
        return answer.text

    def post(self, address: str, back: str = "/antrean", **fields: Any) -> Any:
        """Send a form with the token of the page at `back`."""
        token = re.search(r'name="token" value="([^"]+)"', self.page(back))
        assert token
        files = fields.pop("files", None)
        return self.client.post(address, data={"token": token[1], **fields}, files=files, follow_redirects=False)

    def decide(self, reference: str, **fields: Any) -> Any:
        stored = self.stored(reference)
        unit = stored["suggestion"]["units"][0]["id"]
        category = stored["suggestion"]["categories"][0]["id"]
        return self.post(f"/pengaduan/{stored['id']}/putuskan", **{"unit": unit, "kategori": category} | fields)

    def upload(self, path: Path) -> dict[str, Any]:
        """Upload a file and return the summary after the last row."""
        with path.open("rb") as file:
            answer = self.post("/unggah", "/unggah", files={"berkas": (path.name, file)})
        assert answer.status_code == 303, answer.text
        return self.summary_of(answer.headers["location"].rsplit("/", 1)[-1])

    def summary_of(self, upload_id: str) -> dict[str, Any]:
        for _ in range(600):
            with self.database.reading() as session:
                upload = session.get_one(Upload, upload_id)
                if upload.state in {"done", "failed"}:
                    return {**upload.summary, "state": upload.state, "error": upload.error, "done": upload.done}
            time.sleep(0.05)
        raise AssertionError("the upload never ended")
