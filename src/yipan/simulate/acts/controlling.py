"""The office: somebody who works the cases, approves, and settles what went missing."""

from __future__ import annotations

from typing import Any, Final

from yipan.simulate.acts.stage import Stage

#: A finding is accepted when the systems are this sure of it, in thousandths.
SURE_PERMILLE: Final = 600
CASES_A_DAY: Final = 60
BY: Final = "controller"


class Controlling:
    """The controller, finance, and the person who looks after the lines."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def work(self) -> None:
        """Do a day's work on cases and adjustments."""
        stage = self._stage
        if stage.engine:
            self._heal_lines()
            self._work_cases()
        self._approve()
        self._settle_transfers()
        self._decide_surpluses()

    def _work_cases(self) -> None:
        """Let the systems mend what is proved, and propose what they are sure of."""
        stage = self._stage
        worked = 0
        for state in ("open", "explained"):
            for case in list(stage.read_all(f"cases?state={state}", by=BY, after="after")):
                if worked >= CASES_A_DAY:
                    return
                if case["kind"] == "book_vs_book":
                    if case["probability_permille"] >= SURE_PERMILLE:
                        stage.post(f"cases/{case['number']}/heal", by=BY)
                        worked += 1
                elif self._is_sure(case):
                    stage.post(f"cases/{case['number']}/propose", by=BY)
                    worked += 1

    def _is_sure(self, case: dict[str, Any]) -> bool:
        # What was counted in a stocktake is posted with it; the rest somebody has to ask for.
        return (
            case["kind"] == "book_vs_count"
            and case["probability_permille"] >= SURE_PERMILLE
            and not case["count_number"].startswith("ST-")
        )

    def _approve(self) -> None:
        """Decide on what sites may not post by themselves."""
        stage = self._stage
        for row in list(stage.read_all("adjustments?state=submitted", by="finance")):
            body = {"decision": "approve", "reason": "counted twice"}
            path = f"adjustments/{row['number']}/decide"
            if not stage.post(path, body, by="finance").is_ok:
                stage.post(path, body, by=BY)

    def _settle_transfers(self) -> None:
        """Claim from the carrier what never came."""
        stage = self._stage
        for row in list(stage.read_all("transfer-differences?state=open", by=BY)):
            number = row["number"]
            detail = stage.read(f"transfer-differences/{number}", by=BY)
            lines = [
                {"sku": line["sku"], "quantity": line["quantity_open"], "outcome": "claim_carrier"}
                for line in detail.get("lines", ())
                if line["quantity_open"] > 0
            ]
            if lines:
                body = {"lines": lines, "reference": f"CLAIM-{number}"}
                stage.post(f"transfer-differences/{number}/settle", body, by=BY)

    def _decide_surpluses(self) -> None:
        """Keep what suppliers brought beyond what was ordered."""
        stage = self._stage
        for row in list(stage.read_all("receipt-surpluses?state=open", by="buyer")):
            body = {"outcome": "accept", "reason": "we can sell it"}
            path = f"receipt-surpluses/{row['number']}"
            if stage.post(f"{path}/propose", body, by="buyer").is_ok:
                stage.post(f"{path}/approve", {"reason": "agreed"}, by="finance")

    def _heal_lines(self) -> None:
        """Settle what was told twice with other content, and try again what waits."""
        stage = self._stage
        for row in stage.read("alterations?only_open=true&limit=200", by=BY).get("data", ()):
            body = {"reason": "looked at both: the first one stands"}
            stage.post(f"alterations/{row['id']}/settle", body, by=BY)
        if stage.read("parked?limit=1", by=BY).get("data"):
            stage.post("parked/retry", by=BY)

    def look_back(self) -> list[dict[str, Any]]:
        """Return what the systems say of all cases by now. Only the scores read it."""
        return list(self._stage.read_all("cases?state=", by=BY, after="after"))
