# SPDX-License-Identifier: Apache-2.0
"""What lbpreflight says of a case, in the words that `observed` uses as well."""

import ipaddress
import json
import re
import subprocess
from dataclasses import dataclass, field

SECONDS = 60


class Unusable(Exception):
    """lbpreflight did not answer as it promises."""


@dataclass
class Predicted:
    maxsock: int = None  # None: not computed, and `unknown` says why
    maxconn: int = None
    ulimit_n: int = None
    prevents: dict = field(default_factory=dict)  # check -> subjects that keep haproxy from starting
    failed: dict = field(default_factory=dict)  # check -> subjects of all its failures
    late: set = field(default_factory=set)  # checks whose refusal comes only after the binds
    unknown: dict = field(default_factory=dict)  # check or quantity -> why
    catalog: set = field(default_factory=set)  # every check there is
    endpoints: list = field(default_factory=list)  # (address, port) of every TCP listener
    backlogs: dict = field(default_factory=dict)  # (address, port) -> the queue lengths asked for
    proxies: dict = field(default_factory=dict)  # name -> kind, of those that are not disabled
    servers: dict = field(default_factory=dict)  # name -> how many, of the same
    checks: int = None
    remarks: list = field(default_factory=list)  # of what the reader refuses or does not understand


def run(program, arguments):
    words = [program, *arguments, "--format", "json"]
    try:
        done = subprocess.run(words, capture_output=True, timeout=SECONDS, env={"LC_ALL": "C.UTF-8"}, check=False)
        return json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise Unusable(f"`{' '.join(words)}` takes more than {SECONDS} s") from None
    except ValueError:
        said = done.stderr.decode(errors="replace")[:500]
        raise Unusable(f"`{' '.join(words)}` ended with {done.returncode} and no document: {said}") from None


def endpoints_of(subject):
    """(address, port) of each port in "bind:tcp/127.0.0.1:80-82"; none of what is not TCP or not an address."""
    match = re.fullmatch(r"bind:tcp/(.*):(\d+)(?:-(\d+))?", subject)
    if not match:
        return []
    address, first, last = match[1].strip("[]"), int(match[2]), int(match[3] or match[2])
    try:
        address = str(ipaddress.ip_address("0.0.0.0" if address == "*" else address))
    except ValueError:
        return []
    return [(address, port) for port in range(first, last + 1)]


def term(quantity, pattern):
    """The sum of the terms whose label matches."""
    return sum(each["value"] for each in quantity["terms"] if re.search(pattern, each["label"]))


def _read_demand(report, predicted):
    for quantity in report["demand"]:
        if quantity["error"]:
            predicted.unknown[quantity["name"]] = quantity["error"]["reason"]
        elif quantity["name"] == "file_descriptors":
            predicted.maxsock = quantity["value"]
            predicted.maxconn = term(quantity, r"^2 x maxconn ") // 2
            predicted.checks = term(quantity, r"^[\d,]+ server checks?$")
        elif quantity["name"] == "backlog":
            for endpoint in endpoints_of(quantity["subject"]):
                predicted.backlogs.setdefault(endpoint, set()).add(quantity["value"])


def _read_results(report, predicted):
    for result in report["results"]:
        check, subject = result["check"], result["subject"]
        predicted.catalog.add(check)
        if check == "bind_ports_are_free":
            predicted.endpoints += endpoints_of(subject)
        if result["outcome"] == "unknown":
            predicted.unknown[check] = result["why"]
        if result["outcome"] == "fail":
            predicted.failed.setdefault(check, []).append(subject)
            if result["prevents_start"]:
                predicted.prevents.setdefault(check, []).append(subject)
            if any("too low for maxconn" in line for line in result["evidence"]):
                predicted.late.add(check)


def _read_configuration(facts, predicted):
    config = facts["haproxy_config"][0]
    if "error" in config:
        raise Unusable(f"the configuration was not read: {config['error']}")
    written = config["globals"].get("ulimit_n", {}).get("value", 0)
    predicted.ulimit_n = written if written > 0 else predicted.maxsock
    for proxy in config["proxies"]:
        if not proxy["disabled"]:
            predicted.proxies[proxy["name"]] = proxy["kind"]
            predicted.servers[proxy["name"]] = proxy["servers"]
    predicted.remarks = [
        f"{remark['kind']}: {remark['text']} ({remark['origin']})"
        for remark in config["remarks"]
        if remark["kind"] in ("error", "not_understood")
    ]


def predict(lbpreflight, where):
    """`where` says which configuration: --config options, or nothing for that of the unit or the running process."""
    predicted = Predicted()
    report = run(lbpreflight, ["check", *where])
    _read_demand(report, predicted)
    _read_results(report, predicted)
    _read_configuration(run(lbpreflight, ["facts", *where]), predicted)
    return predicted
