// SPDX-License-Identifier: Apache-2.0
// The completion as bash runs it, without a terminal.
#include <unistd.h>

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "agent/cli/options.h"
#include "tests/agent/cli/run_program.h"
#include "tests/agent/cli/sample_checks.h"
#include "tests/support/scratch.h"

namespace preflight::cli {
namespace {

struct Row {
  std::string words;  // as bash splits them: '=' stands alone
  std::string offered;
};

TEST(BashCompletion, OffersWhatFits) {
  if (access("/bin/bash", X_OK) != 0) GTEST_SKIP() << "bash is not installed";
  const test::Scratch scratch;
  const auto script = scratch.file("completion", bash_completion(test::kChecks));
  const auto data = scratch.file("new.cfg", "");
  const std::vector<Row> rows = {
      {"lbpreflight ch", "check"},
      {"lbpreflight --fo", "--format"},
      {"lbpreflight --format j", "json"},
      {"lbpreflight --format = j", "json"},
      {"lbpreflight --format =", "text json script"},
      {"lbpreflight --fail-on w", "warning"},
      {"lbpreflight --only so", "somaxconn_covers_backlog"},
      {"lbpreflight plan --only label_", "label_selinux_ports"},
      {"lbpreflight --skip label_", ""},
      {"lbpreflight --skip nofile_covers_maxconn,so", "nofile_covers_maxconn,somaxconn_covers_backlog"},
      {"lbpreflight --what-if maxc", "maxconn="},
      {"lbpreflight --what-if maxconn=7,ser", "maxconn=7,servers="},
      {"lbpreflight explain lad", "ladder"},
      {"lbpreflight explain no", "nofile_covers_maxconn"},
      {"lbpreflight why net.core.", "net.core.somaxconn"},
      {"lbpreflight why vm.swappiness Lim", "LimitNOFILE"},
      {"lbpreflight completion b", "bash"},
      {"lbpreflight record --o", "--output"},
      {"lbpreflight check --o", "--only"},
      {"lbpreflight list --sa", ""},
      {"lbpreflight --config " + data.substr(0, data.size() - 3), data},
      {"lbpreflight record -o " + data.substr(0, data.size() - 3), data},
      {"lbpreflight --root " + data.substr(0, data.size() - 3), ""},
  };
  for (const auto& row : rows) {
    const auto ran = test::run_program("/bin/bash --norc -c 'source " + script + "; COMP_WORDS=(" + row.words +
                                       "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _lbpreflight; "
                                       "echo \"${COMPREPLY[*]}\"'");
    EXPECT_EQ(ran.output, row.offered + "\n") << row.words;
  }
}

}  // namespace
}  // namespace preflight::cli
