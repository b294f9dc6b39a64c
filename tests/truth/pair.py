# SPDX-License-Identifier: Apache-2.0
"""Runs one pair: the place, the question, the real start, the comparison."""

from dataclasses import dataclass

from . import compare, place, service
from .observed import listeners, observe
from .predicted import Unusable, predict

SECONDS = 240  # for one pair, on a busy machine


@dataclass(frozen=True)
class Programs:
    lbpreflight: str
    haproxy: str


def somaxconn():
    with open("/proc/sys/net/core/somaxconn", encoding="ascii") as value:
        return int(value.read())


def invalid(predicted):
    """haproxy -c refuses it: then there is nothing to compare. The generator should not make such."""
    return "config_is_valid" in predicted.prevents


def stuck(reason):
    """The verdict on a pair that could not be brought to an end."""
    differences = [compare.difference("stuck", str(reason))]
    return {"outcome": "stuck", "differences": differences, "unknown": {}, "reasons": []}


def _examine(case, programs, again):
    paths, _held = service.prepare(case, programs.haproxy)
    where = [word for path in paths for word in ("--config", path)] if case.named else []
    predicted = predict(programs.lbpreflight, where)
    before = listeners()
    process = service.start(case, paths)
    observed = observe(process, before)
    verdict = {"outcome": "started" if observed.started else "refused", "differences": [], "unknown": predicted.unknown}
    verdict["reasons"] = observed.reasons
    if any(reason not in predicted.catalog for reason in observed.reasons):
        verdict["outcome"] = "refused for what has no check"
    if invalid(predicted):
        verdict["outcome"] = "accepted although invalid" if observed.started else "invalid"
        verdict["said"] = observed.said
        if observed.started or observed.reasons:
            verdict["differences"] = [compare.difference("valid", f"-c refuses it, haproxy does not: {observed.said}")]
        return verdict
    verdict["differences"] = compare.compare(predicted, observed, somaxconn())
    if again and observed.started and not verdict["differences"]:
        predicted = predict(programs.lbpreflight, [])
        anew = start_anew(case, paths, process, before) if predicted.prevents else None
        verdict["differences"] = compare.compare_running(predicted, observed, anew)
    return verdict


def start_anew(case, paths, process, before):
    """What comes of a restart."""
    process.terminate()
    process.wait(SECONDS)
    return observe(service.start(case, paths), before)


def examine(case, programs, again=True):
    """{"outcome", "differences": [{"kind", "text"}], "unknown", "reasons"} of the case; with `again`, lbpreflight is
    asked once more while haproxy runs."""

    def attempt():
        try:
            return _examine(case, programs, again)
        except (Unusable, TimeoutError) as reason:
            return stuck(reason)

    return place.inside(attempt, SECONDS)
