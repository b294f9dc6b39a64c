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
from truth import compare, compare_ladder, hosts, loadable  # noqa: E402
from truth.case import Case, Host, Occupant, Road, load, save  # noqa: E402
from truth.chance import Chance  # noqa: E402
from truth.configurations import Configurations  # noqa: E402
from truth.evidence import Break  # noqa: E402
from truth.observed import Observed  # noqa: E402
from truth.place import why_not  # noqa: E402
from truth.predicted import Predicted, endpoints_of  # noqa: E402
from truth.rungs import Rung  # noqa: E402
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
for rung in document.get("ladder", []):
    {rung}
print(json.dumps(document))
sys.exit(run.returncode)
"""
ONE_MORE = "demand['value'] += demand['name'] == 'file_descriptors'"
LONGER_QUEUE = "demand['value'] -= demand['name'] == 'backlog'"
FOUR_MORE = "rung['connections'] = rung['connections'] and rung['connections'] + 4"
ANOTHER_LIMIT = "rung['limit'] = rung['limit'].replace('bind_', 'frontend_')"
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

LOADED = """global
  stats socket /run/truth/sockets/stats level admin
  log stderr format raw local0
  maxconn 50
defaults
  mode tcp
  log global
  option socket-stats
  timeout client 60s
  timeout connect 5s
  timeout server 60s
listen web
  bind 127.0.0.1:18080 maxconn 9
  server one 127.0.0.1:19000 check inter 200ms
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

    def test_a_configuration_to_be_loaded_can_be_written_down(self):
        case = loadable.case_of(1)
        with tempfile.TemporaryDirectory() as directory:
            save(case, Path(directory, "case.json"))
            self.assertEqual(load(Path(directory, "case.json")), case)
        self.assertTrue(case.roads)

    def test_what_does_not_matter_is_left_out(self):
        def stays(case):
            return "server two" in case.files[0] and "defaults" in case.files[0]

        big = Case((CONFIGURATION,), arguments=("-W",), host=Host(user="nobody"))
        small = Shrinker(stays, 1000).smaller(big)
        self.assertEqual(small.files[0].split(), ["defaults", "server", "two"])
        self.assertEqual((small.arguments, small.host), ((), Host()))

    def test_one_way_is_enough(self):
        roads = tuple(Road("127.0.3.1", "127.0.0.1", port, "app") for port in (80, 81, 82))
        small = Shrinker(lambda case: any(road.port == 81 for road in case.roads), 60).smaller(Case(("",), roads=roads))
        self.assertEqual(small.roads, roads[1:2])


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


class ComparingLoads(unittest.TestCase):
    """Each kind of disagreement about a ladder, from values."""

    def kinds(self, first, *breaks):
        return [each["kind"] for each in compare_ladder.compare_ways(first, breaks)]

    def rung(self, limit="server_maxconn", subject="backend:app", connections=100, **more):
        return Rung(limit, subject, connections, "waits", False, connections, **more)

    def broken(self, limit, held, subject="backend:app", aside=False, used=0):
        return Break(limit, held, subject, Road("127.0.3.1", "127.0.0.1", 80, "app", aside), used)

    def test_the_number_within_two_percent(self):
        for held, kinds in (98, []), (102, []), (97, ["server_maxconn before server_maxconn"]):
            self.assertEqual(self.kinds(self.rung(), self.broken("server_maxconn", held)), kinds)
        self.assertEqual(self.kinds(self.rung()), ["server_maxconn not met"])

    def test_the_object(self):
        other = self.broken("server_maxconn", 100, "backend:b")
        self.assertEqual(self.kinds(self.rung(), other), ["server_maxconn not met"])
        bind = self.rung("bind_maxconn", "bind:tcp/127.0.0.1:80-82")
        self.assertEqual(self.kinds(bind, self.broken("bind_maxconn", 100, "")), [])
        other = self.rung("bind_maxconn", "bind:tcp/127.0.0.1:81")
        self.assertEqual(self.kinds(other, self.broken("bind_maxconn", 100, "")), ["bind_maxconn not met"])

    def test_source_ports_are_counted_too(self):
        ports = self.rung("source_ports", "tuple:*>127.0.0.1:19000", 60)
        self.assertEqual(self.kinds(ports, self.broken("source_ports", 60, used=60)), [])
        self.assertEqual(self.kinds(ports, self.broken("source_ports", 60, used=30)), ["source_ports not met"])

    def test_an_even_spread_ends_with_a_round(self):
        ports = self.rung("source_ports", "tuple:*>127.0.0.1:19000", 40, servers=4)
        self.assertEqual(self.kinds(ports, self.broken("source_ports", 43, used=40)), [])
        early = self.broken("source_ports", 36, used=40)
        self.assertEqual(self.kinds(ports, early), ["source_ports before source_ports"])

    def test_a_bound_on_a_side_road_stops_nothing_else(self):
        side = self.broken("server_maxconn", 5, "backend:side", aside=True)
        self.assertEqual(self.kinds(self.rung(), side, self.broken("server_maxconn", 100)), [])
        ports = self.broken("source_ports", 5, aside=True)
        self.assertEqual(self.kinds(self.rung(), ports), ["source_ports before server_maxconn"])


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

    def liar(self, demand="pass", result="pass", rung="pass"):
        path = Path(self.scratch.name, "liar")
        text = LIAR.format(python=sys.executable, program=program, demand=demand, result=result, rung=rung)
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

    def test_what_is_told_first_breaks_first(self):
        done = self.truth("--load", "--count", "3", "--seed", "2", "--jobs", "2", "--shrink", "0")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("3 configurations, 0 disagreements", done.stdout)

    def test_a_wrong_ladder_is_seen(self):
        path = Path(self.scratch.name, "loaded.json")
        save(Case((LOADED,), roads=(Road("127.0.3.1", "127.0.0.1", 18080, "web"),)), path)
        self.assertEqual(self.truth("--case", path).stdout, "truth: bind_maxconn, 0 disagreements\n")
        done = self.truth("--case", path, ours=self.liar(rung=FOUR_MORE))
        self.assertEqual(done.returncode, 1)
        self.assertIn("bind_maxconn of bind:tcp/127.0.0.1:18080 at 13; met: bind_maxconn at 9", done.stdout)
        self.assertIn("accept_queue", done.stdout)
        done = self.truth("--case", path, ours=self.liar(rung=ANOTHER_LIMIT))
        self.assertIn("frontend_maxconn not met", done.stdout)

    def test_no_answer_is_seen(self):
        done = self.truth("--case", self.case(), ours="/bin/false")
        self.assertEqual(done.returncode, 1)
        self.assertIn("stuck", done.stdout)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        program = os.path.abspath(sys.argv.pop(1))
    unittest.main()
