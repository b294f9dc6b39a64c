# SPDX-License-Identifier: Apache-2.0
"""What can be compared with the real programs: how a case is made, examined, made small, written down and read back."""

import json
from pathlib import Path

from . import hosts, loadable, loaded, pair, sysctl_trees, sysctls, tree
from .case import load, save
from .chance import Chance
from .configurations import STATS_SOCKET, Configurations
from .selinux_trial import SelinuxPolicies
from .shrink import Shrinker
from .unit_trial import UnitTrees


class _OfConfigurations:
    def smaller(self, case, stays, attempts):
        def asked(candidate):
            # Without it nothing could be asked.
            return STATS_SOCKET in "".join(candidate.files) and stays(candidate)

        return Shrinker(asked, attempts).smaller(case)

    def keep(self, case, stem):
        """Writes the case, and its configuration beside it for people to read, who get it to see too."""
        save(case, f"{stem}.json")
        Path(f"{stem}.cfg").write_text("".join(case.files), encoding="utf-8", newline="")
        return "".join(case.files) + str(case.host)

    def load(self, path):
        return load(path)


class Starts(_OfConfigurations):
    """Whether haproxy starts, and with what figures."""

    noun, count, reasons = "pairs", 2000, "refused for"

    def __init__(self, version):
        self._version = version

    def case_of(self, seed):
        """The pair of that seed."""
        chance = Chance(seed)
        soft, hard = hosts.nofile(chance)
        return Configurations(chance, self._version, hard).case(lambda context: hosts.host(chance, soft, hard, context))

    def examine(self, case, programs):
        return pair.examine(case, programs)


class Loads(_OfConfigurations):
    """What breaks first under connections."""

    noun, count, reasons = "configurations", 50, "also met"

    def case_of(self, seed):
        return loadable.case_of(seed)

    def examine(self, case, programs):
        return loaded.examine(case, programs)


class Sysctls:
    """What the loaders of sysctl.d set."""

    noun, count, reasons = "trees", 2000, "seen"
    smaller = staticmethod(tree.smaller)
    load = staticmethod(tree.load)

    def case_of(self, seed):
        return sysctl_trees.case_of(Chance(seed))

    def examine(self, case, programs):
        return sysctls.examine(case, programs)

    def keep(self, case, stem):
        tree.save(case, f"{stem}.json")
        return tree.text_of(case)


def trial_of(path, version):
    """The trial that a kept case belongs to."""
    value = json.loads(Path(path).read_text(encoding="utf-8"))
    if "units" in value:
        return UnitTrees()
    if "selinux" in value:
        return SelinuxPolicies()
    if "entries" in value:
        return Sysctls()
    return Loads() if value.get("roads") else Starts(version)
