# SPDX-License-Identifier: Apache-2.0
"""Where prediction and observation differ: a defect of lbpreflight until proven otherwise."""

from .predicted import endpoints_of

# In the order in which haproxy meets them: behind the first obstacle the others are not reached.
ORDER = (
    ("config_is_valid",),
    ("nofile_covers_maxconn",),
    (
        "bind_ports_are_free",
        "bind_addresses_are_local",
        "privileged_ports_are_bindable",
        "bind_ports_are_distinct",
        "unix_sockets_are_bindable",
    ),
    ("chroot_is_complete",),
    ("privileges_can_be_dropped",),
)
# "Address already in use" may also be said of two binds of one configuration.
ALSO = {"bind_ports_are_free": ("bind_ports_are_distinct",)}


def stage(check):
    return next((number for number, checks in enumerate(ORDER) if check in checks), len(ORDER))


def difference(kind, text):
    return {"kind": kind, "text": text}


def _places(subjects):
    """haproxy does not say of which transport the address was that it could not bind."""
    return {place for subject in subjects for place in endpoints_of(subject.replace("bind:udp/", "bind:tcp/"))}


def _explained(reason, checks):
    return reason in checks or any(other in checks for other in ALSO.get(reason, ()))


def compare_failure(predicted, observed):
    """haproxy gave up: for each reason it names that has a check, one must have failed, or honestly not known."""
    found = []
    told = set(predicted.failed) | set(predicted.unknown)
    if not observed.reasons:
        found.append(difference("reason", f"ended with {observed.status}: {' / '.join(observed.said[:4])}"))
    for reason in observed.reasons:
        if reason in predicted.catalog and not _explained(reason, told):
            words = next((line for line in observed.said if line.startswith("[ALERT]")), "")
            found.append(difference("reason", f"{reason} says nothing of: {words}"))
    reached = min((stage(reason) for reason in observed.reasons), default=len(ORDER))
    for check, subjects in predicted.prevents.items():
        # An address may have two obstacles, and haproxy names one.
        refused = any(place in _places(subjects) for places in observed.refused.values() for place in places)
        met = refused or any(_explained(reason, (check,)) for reason in observed.reasons)
        if not met and stage(check) <= reached and check not in predicted.late:
            found.append(difference("start", f"{check} predicts a refusal that did not come: {subjects}"))
    return found


def compare_binds(predicted, observed):
    """Each address that could not be bound was named."""
    found = []
    for check, places in observed.refused.items():
        named = _places(subject for each in (check, *ALSO.get(check, ())) for subject in predicted.failed.get(each, ()))
        for place in places:
            if place not in named and check not in predicted.unknown:
                found.append(difference("subject", f"{check} does not name {place[0]} port {place[1]}"))
    return found


def compare_sockets(predicted, observed):
    """So was each unix socket; haproxy shows a relative path as it is written."""
    check = "unix_sockets_are_bindable"
    named = predicted.failed.get(check, [])
    return [
        difference("subject", f"{check} does not name {path}")
        for path in observed.refused_sockets
        if f"socket:{path}" not in named and check not in predicted.unknown
    ]


def compare_figures(predicted, observed):
    if predicted.maxsock is None:
        return []
    figures = {"Maxsock": predicted.maxsock, "Maxconn": predicted.maxconn, "Ulimit-n": predicted.ulimit_n}
    if "nofile_covers_maxconn" in predicted.failed:
        figures.pop("Ulimit-n")  # without strict limits it settles for what it gets
    return [
        difference(name, f"{name}: predicted {ours}, haproxy has {observed.info[name]}")
        for name, ours in figures.items()
        if str(ours) != observed.info[name]
    ]


def compare_listeners(predicted, observed, somaxconn):
    found = []
    wanted, there = set(predicted.endpoints), set(observed.queues)
    for kind, places in ("not open", wanted - there), ("not predicted", there - wanted):
        if places:
            found.append(difference("listeners", f"{kind}: {sorted(places)}"))
    for place, asked in predicted.backlogs.items():
        if place in there and None not in asked:
            capped = {min(value, somaxconn) for value in asked}
            # A stats socket may have the same address, and a queue of its own.
            if not capped <= set(observed.queues[place]):
                text = f"{place}: predicted {sorted(capped)}, Send-Q {observed.queues[place]}"
                found.append(difference("backlog", text))
    return found


def compare_objects(predicted, observed):
    """log-forward sections are in no statistics; a server in maintenance shows no check."""
    found = []
    proxies = {name: kind for name, kind in predicted.proxies.items() if kind != "log_forward"}
    if proxies != observed.proxies:
        found.append(difference("proxies", f"predicted {proxies}, haproxy has {observed.proxies}"))
    servers = {name: count for name, count in predicted.servers.items() if count and name in proxies}
    if servers != observed.servers:
        found.append(difference("servers", f"predicted {servers}, haproxy has {observed.servers}"))
    known = predicted.checks is not None
    if known and not observed.checked <= predicted.checks <= observed.checked + observed.hidden:
        text = f"predicted {predicted.checks}, {observed.checked} servers show one and {observed.hidden} hide it"
        found.append(difference("checks", text))
    return found


def compare_refusal(predicted, observed):
    found = compare_failure(predicted, observed) + compare_binds(predicted, observed)
    return found + compare_sockets(predicted, observed)


def compare_running(predicted, observed, anew):
    """The same question while haproxy runs: its figures are the same, and what would keep it from starting now, such as
    a socket that it left to another user, keeps the next start (`anew`, if one was tried) from succeeding."""
    found = compare_figures(predicted, observed)
    if anew is not None and anew.started:
        found.append(difference("start", f"it started again, although {predicted.prevents} should keep it from that"))
    elif anew is not None:
        found += compare_refusal(predicted, anew)
    return [difference("running: " + each["kind"], each["text"]) for each in found]


def compare(predicted, observed, somaxconn):
    found = [difference("reader", remark) for remark in predicted.remarks if "was already set" not in remark]
    if not observed.started:
        return found + compare_refusal(predicted, observed)
    if predicted.prevents:
        found.append(difference("start", f"started, although {predicted.prevents} should keep it from starting"))
    found += compare_figures(predicted, observed)
    found += compare_listeners(predicted, observed, somaxconn)
    return found + compare_objects(predicted, observed)
