from __future__ import annotations

from model.suggestion import Status
from training.fitting.calibration import Outcome, calibrate


def test_a_threshold_keeps_the_promise_on_its_rows_and_without_one_nothing_is_confident() -> None:
    sure = [Outcome(0.95, 0.01, number % 50 != 0, 0.95) for number in range(400)]
    torn = [Outcome(0.4, 0.35, number % 2 == 0, 0.4) for number in range(400)]
    calibration = calibrate(sure + torn, 0.90)
    assert calibration.status(calibration.confidence(0.95, 0.01), known=True) is Status.CONFIDENT
    assert calibration.status(calibration.confidence(0.4, 0.35), known=True) is Status.REVIEW
    assert calibrate(torn, 0.90).confident_from is None


def test_the_track_record_counts_the_rows_nearest_in_confidence() -> None:
    sure = [Outcome(0.95, 0.01, number % 50 != 0, 0.95) for number in range(300)]
    torn = [Outcome(0.4, 0.35, number % 2 == 0, 0.4) for number in range(300)]
    calibration = calibrate(sure + torn)
    record = calibration.track_record(calibration.confidence(0.95, 0.01))
    assert record is not None
    assert (record.cases, record.correct) == (200, 196)


def test_no_confidence_exceeds_what_was_measured() -> None:
    rows = [Outcome(0.3 + number / 1000, 0.2, number % 3 != 0, 0.3) for number in range(300)]
    calibration = calibrate(rows)
    assert calibration.confidence(0.999999, 0.0) == max(calibration.confidences)
