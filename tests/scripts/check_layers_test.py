#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""scripts/check-layers finds a planted violation of every kind, at its line, and is silent on what is allowed."""

import subprocess
import tempfile
import unittest
from pathlib import Path

CHECK_LAYERS = Path(__file__).resolve().parents[2] / "scripts" / "check-layers"
SPDX = "// SPDX-License-Identifier: Apache-2.0\n"

# file, what follows its licence, and the words of the rule that line 2 (or the named line) breaks
PLANTED = [
    ("probes/a.cpp", '#include "policies/check.h"\n', 2, "floors below, not policies/"),
    ("policies/a.h", '#include "agent/cli/options.h"\n', 2, "floors below, not agent/"),
    ("remediations/a.cpp", '  #  include "agent/cycle.h"\n', 2, "floors below, not agent/"),
    ("probes/a.h", '#include "result.h"\n', 2, "from the repository root"),
    ("probes/linux/a.cpp", '#include "../base/result.h"\n', 2, "from the repository root"),
    *(
        ("probes/linux/a.cpp", f"#include <{header}>\n", 2, "only behind the door")
        for header in ("unistd.h", "fstream", "filesystem", "sys/socket.h", "spawn.h", "sys/wait.h", "dlfcn.h")
    ),
    ("agent/cycle.cpp", "#include <boost/process.hpp>\n", 2, "only behind the door"),
    ("agent/cycle.cpp", "#include <boost/process/v1.hpp>\n", 2, "only behind the door"),
    ("probes/linux/unit.cpp", "#include <systemd/sd-bus.h>\n", 2, "only behind the door"),
    ("policies/policy.cpp", "#include <toml++/toml.h>\n", 2, "toml++ lives"),
    ("policies/policy.cpp", '#include "policies/toml.h"\n', 2, "toml++ lives"),
    ("agent/report/text.cpp", "#include <nlohmann/json.hpp>\n", 2, "nlohmann lives"),
    ("agent/cli/main.cpp", "#include <CLI/CLI.hpp>\n", 2, "CLI11 lives"),
    ("probes/host/live_host.cpp", "#include <spdlog/spdlog.h>\n", 2, "spdlog lives"),
    ("policies/assess.h", "void act(Host& host);\n", 2, "writing half of the door"),
    ("probes/host/live_host.h", "\nclass Host {};\n", 3, "writing half of the door"),
    ("policies/long.cpp", "\n" * 250, 251, "251 lines: at most 250"),
    ("agent/cli/main.cpp", "\n" * 60, 61, "61 lines: at most 60"),
]

ALLOWED = [
    ("agent/cycle.cpp", '#include "probes/collect.h"\n#include "remediations/plan.h"\nvoid act(Host& host);\n'),
    ("agent/cli/terminal.cpp", "#include <unistd.h>\n"),
    ("agent/cli/options.cpp", "#include <CLI/CLI.hpp>\n"),
    ("agent/report/json.cpp", "#include <nlohmann/json.hpp>\n"),
    ("agent/log.cpp", "#include <spdlog/spdlog.h>\n"),
    ("policies/policy_file.cpp", "#include <toml++/toml.h>\n"),
    ("policies/demand.h", "void look(const HostView& host);  // never Host&\n"),
    ("probes/host/command.cpp", '#include <sys/wait.h>\n#include "probes/haproxy/config.h"\n'),
    ("probes/host/bundle.cpp", "#include <nlohmann/json.hpp>\n"),
    ("policies/just.cpp", "\n" * 249),
    ("tests/agent/long_test.cpp", "#include <unistd.h>\n" * 300),
]

UNLICENSED = [
    ("probes/a.cpp", "int a;\n" + SPDX, 1),
    ("tests/bench/a.c", "", 1),
    ("CMakeLists.txt", "project(a)\n", 1),
    ("scripts/a", "#!/bin/sh\necho\n# SPDX-License-Identifier: Apache-2.0\n", 2),
]


def check(*files):
    """The exit code and the lines that check-layers prints for a tree of these (path, content)."""
    with tempfile.TemporaryDirectory() as tree:
        for path, content in files:
            file = Path(tree, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
        run = subprocess.run([CHECK_LAYERS, tree], capture_output=True, text=True, check=False)
    return run.returncode, run.stdout.splitlines()


class CheckLayers(unittest.TestCase):
    def test_finds_each_planted_violation_at_its_line(self):
        for path, content, line, words in PLANTED:
            with self.subTest(path=path, content=content.strip()[:60]):
                status, found = check((path, SPDX + content))
                self.assertEqual(status, 1)
                self.assertEqual(len(found), 1, found)
                self.assertTrue(found[0].startswith(f"{path}:{line}: "), found[0])
                self.assertIn(words, found[0])

    def test_every_source_script_and_build_file_names_its_licence(self):
        for path, content, line in UNLICENSED:
            with self.subTest(path=path):
                status, found = check((path, content))
                self.assertEqual((status, len(found)), (1, 1), found)
                self.assertTrue(found[0].startswith(f"{path}:{line}: every file names its licence"), found[0])

    def test_reports_all_violations_of_a_tree(self):
        status, found = check(*((path, SPDX + content) for path, content, *_ in PLANTED[:3]))
        self.assertEqual((status, len(found)), (1, 3), found)

    def test_is_silent_on_what_is_allowed(self):
        self.assertEqual(check(*((path, SPDX + content) for path, content in ALLOWED)), (0, []))

    def test_does_not_look_into_what_is_built_or_recorded(self):
        files = [("build/dev/a.cpp", "int a;\n"), ("tests/hosts/stock/tree/usr/bin/a", "#!/bin/sh\n")]
        self.assertEqual(check(*files), (0, []))


if __name__ == "__main__":
    unittest.main()
