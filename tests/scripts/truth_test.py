#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""scripts/truth agrees where lbpreflight is right, and sees it where lbpreflight says something else.

    truth_test.py LBPREFLIGHT
"""

import os
import subprocess
import sys
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from truth import compare, hosts  # noqa: E402
from truth.case import Case, Host, Occupant, load, save  # noqa: E402
from truth.chance import Chance  # noqa: E402
from truth.configurations import Configurations  # noqa: E402
from truth.observed import Observed  # noqa: E402
from truth.place import why_not  # noqa: E402
from truth.predicted import Predicted, endpoints_of  # noqa: E402
from truth.shrink import Shrinker  # noqa: E402

HAPROXY = "/usr/sbin/haproxy"
VERSION = (2, 6, 12)
program = "lbpreflight"

# Starts lbpreflight, and changes what it says.
LIAR = """#!{python} -ISB
import json, subprocess, sys
run = subprocess.run([{program!r}, *sys.argv[1:]], capture_output=True)
document = json.loads(run.stdout)
for demand in document.get("demand", []):
    {demand}
for result in document.get("results", []):
    {result}
print(json.dumps(document))
sys.exit(run.returncode)
"""
ONE_MORE = "demand['value'] += demand['name'] == 'file_descriptors'"
LONGER_QUEUE = "demand['value'] -= demand['name'] == 'backlog'"
NO_OBSTACLE = "result.update(outcome='pass', prevents_start=False)"

CONFIGURATION = """global
  stats socket /run/truth/sockets/stats level admin
  maxconn 50
  nbthread 2
defaults
  mode tcp
  timeout client 9s
  timeout connect 9s
  timeout server 9s
frontend first
  bind 127.0.0.1:18080
  default_backend second
backend second
  balance leastconn
  server one 127.0.0.1:9000 check
  server two 127.0.0.1:9001
listen third
  bind :::18081 backlog 20
"""


def pair(seed):
    chance = Chance(seed)
    soft, hard = hosts.nofile(chance)
    return Configurations(chance, VERSION, hard).case(lambda context: hosts.host(chance, soft, hard, context))


class Pairs(unittest.TestCase):
    def test_a_seed_is_a_pair(self):
        self.assertEqual([pair(seed) for seed in range(20)], [pair(seed) for seed in range(20)])
        self.assertEqual(len({pair(seed) for seed in range(20)}), 20)

    def test_a_pair_can_be_written_down(self):
        host = Host(dropped=("cap_net_raw",), occupants=(Occupant("listener", "::", 80),), sysctls=(("a.b", "1"),))
        case = replace(pair(1), host=host, files=("one\r\n", "two\n"))
        with tempfile.TemporaryDirectory() as directory:
            save(case, Path(directory, "case.json"))
            self.assertEqual(load(Path(directory, "case.json")), case)

    def test_what_does_not_matter_is_left_out(self):
        def stays(case):
            return "server two" in case.files[0] and "defaults" in case.files[0]

        big = Case((CONFIGURATION,), arguments=("-W",), host=Host(user="nobody"))
        small = Shrinker(stays, 1000).smaller(big)
        self.assertEqual(small.files[0].split(), ["defaults", "server", "two"])
        self.assertEqual((small.arguments, small.host), ((), Host()))


class Comparing(unittest.TestCase):
    """Each kind of disagreement, from values."""

    def kinds(self, predicted, observed, somaxconn=4096):
        return {each["kind"] for each in compare.compare(predicted, observed, somaxconn)}

    def started(self, **changes):
        info = {"Maxsock": "150", "Maxconn": "50", "Ulimit-n": "150"}
        return Observed(**{"started": True, "info": info, "queues": {("127.0.0.1", 80): [50]}} | changes)

    def predicted(self, **changes):
        there = {"catalog": {"nofile_covers_maxconn", "bind_ports_are_free"}}
        there |= {"endpoints": [("127.0.0.1", 80)], "backlogs": {("127.0.0.1", 80): {50}}}
        return Predicted(**{"maxsock": 150, "maxconn": 50, "ulimit_n": 150} | there | changes)

    def test_agreement(self):
        self.assertEqual(self.kinds(self.predicted(), self.started()), set())

    def test_figures(self):
        for name, field in ("Maxsock", "maxsock"), ("Maxconn", "maxconn"), ("Ulimit-n", "ulimit_n"):
            self.assertEqual(self.kinds(self.predicted(**{field: 1}), self.started()), {name})

    def test_listeners_and_queues(self):
        self.assertEqual(self.kinds(self.predicted(endpoints=[]), self.started()), {"listeners"})
        self.assertEqual(self.kinds(self.predicted(), self.started(queues={})), {"listeners"})
        self.assertEqual(self.kinds(self.predicted(), self.started(queues={("127.0.0.1", 80): [49]})), {"backlog"})
        self.assertEqual(self.kinds(self.predicted(), self.started(queues={("127.0.0.1", 80): [5]}), 5), set())

    def test_objects(self):
        self.assertEqual(self.kinds(self.predicted(proxies={"a": "backend"}), self.started()), {"proxies"})
        some = {"proxies": {"a": "backend"}}
        found = self.started(servers={"a": 2}, checked=1, hidden=1, **some)
        self.assertEqual(self.kinds(self.predicted(servers={"a": 3}, checks=2, **some), found), {"servers"})
        self.assertEqual(self.kinds(self.predicted(servers={"a": 2}, checks=3, **some), found), {"checks"})

    def test_refusals(self):
        told = {"nofile_covers_maxconn": ["instance:x"]}
        refused = Observed(status=1, reasons=["nofile_covers_maxconn"], said=["[ALERT] Cannot raise FD limit"])
        self.assertEqual(self.kinds(self.predicted(failed=told, prevents=told), refused), set())
        self.assertEqual(self.kinds(self.predicted(), refused), {"reason"})
        self.assertEqual(self.kinds(self.predicted(catalog=set()), refused), set(), "no check promises it")
        self.assertEqual(self.kinds(self.predicted(failed=told, prevents=told), self.started()), {"start"})
        self.assertEqual(self.kinds(self.predicted(), Observed(status=-11)), {"reason"})

    def test_the_address_in_the_way_is_named(self):
        self.assertEqual(endpoints_of("bind:tcp/*:80-81"), [("0.0.0.0", 80), ("0.0.0.0", 81)])
        self.assertEqual(endpoints_of("bind:tcp/[::1]:80"), [("::1", 80)])
        self.assertEqual(endpoints_of("bind:udp/*:80"), [])
        taken = {"bind_ports_are_free": ["bind:tcp/127.0.0.1:80"]}
        for port, kinds in (80, set()), (81, {"subject"}):
            places = {"bind_ports_are_free": [("127.0.0.1", port)]}
            refused = Observed(status=1, reasons=["bind_ports_are_free"], refused=places)
            self.assertEqual(self.kinds(self.predicted(failed=taken, prevents=taken), refused), kinds)

    def test_what_the_reader_does_not_know(self):
        self.assertEqual(self.kinds(self.predicted(remarks=["not_understood: x"]), self.started()), {"reader"})


class Real(unittest.TestCase):
    """With haproxy, in namespaces."""

    def setUp(self):
        if reason := why_not():
            self.skipTest(reason)
        if not os.access(HAPROXY, os.X_OK):
            self.skipTest(f"{HAPROXY} is not installed")
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)

    def truth(self, *arguments, ours=None):
        words = [ROOT / "scripts" / "truth", "--lbpreflight", ours or program, "--keep", self.scratch.name, *arguments]
        return subprocess.run(words, capture_output=True, text=True, timeout=280, check=False)

    def liar(self, demand="pass", result="pass"):
        path = Path(self.scratch.name, "liar")
        text = LIAR.format(python=sys.executable, program=program, demand=demand, result=result)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
        return path

    def case(self, **host):
        path = Path(self.scratch.name, "given.json")
        save(Case((CONFIGURATION,), host=Host(**host)), path)
        return path

    def test_they_agree(self):
        done = self.truth("--count", "12", "--jobs", "2", "--shrink", "0")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("12 pairs, 0 disagreements", done.stdout)

    def test_a_wrong_number_is_seen_and_made_small(self):
        done = self.truth("--count", "4", "--seed", "40", "--shrink", "40", ours=self.liar(demand=ONE_MORE))
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        kept = next(Path(self.scratch.name).glob("Maxsock-*.json"))
        small, seed = load(kept), int(kept.stem.split("-")[1])
        self.assertLess(len("".join(small.files)), len("".join(pair(seed).files)))
        self.assertEqual(self.truth("--case", kept, ours=self.liar(demand=ONE_MORE)).returncode, 1)
        self.assertEqual(self.truth("--case", kept).returncode, 0, "lbpreflight itself is right")

    def test_a_wrong_queue_is_seen(self):
        case = self.case(sysctls=(("net.core.somaxconn", "4096"),))
        self.assertEqual(self.truth("--case", case).stdout, "truth: started, 0 disagreements\n")
        self.assertIn("backlog", self.truth("--case", case, ours=self.liar(demand=LONGER_QUEUE)).stdout)

    def test_a_refusal_that_nobody_predicted_is_seen(self):
        case = self.case(occupants=(Occupant("listener", "127.0.0.1", 18080),))
        self.assertEqual(self.truth("--case", case).stdout, "truth: refused, 0 disagreements\n")
        done = self.truth("--case", case, ours=self.liar(result=NO_OBSTACLE))
        self.assertEqual(done.returncode, 1)
        self.assertIn("bind_ports_are_free says nothing", done.stdout)

    def test_no_answer_is_seen(self):
        done = self.truth("--case", self.case(), ours="/bin/false")
        self.assertEqual(done.returncode, 1)
        self.assertIn("stuck", done.stdout)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        program = os.path.abspath(sys.argv.pop(1))
    unittest.main()
