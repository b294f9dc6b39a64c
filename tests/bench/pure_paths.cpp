// SPDX-License-Identifier: Apache-2.0
// What grows with the configuration and reads nothing: words, lines, demand, judgement, report. Each is measured at
// several sizes, so that the printed exponent shows what is worse than linear. Run by scripts/bench, never as a test.
#include <string>

#include <benchmark/benchmark.h>

#include "agent/report/json.h"
#include "policies/assess.h"
#include "policies/catalog.h"
#include "policies/policy_file.h"
#include "policies/sysctl_demand.h"
#include "probes/haproxy/lexer.h"
#include "probes/haproxy/read_config.h"
#include "probes/linux/sysctl_boot.h"
#include "tests/support/world.h"

namespace {

using namespace preflight;

constexpr int kFewest = 1'000;
constexpr int kMost = 100'000;
constexpr int kServersPerBackend = 100;

/// The kinds of line that tests/bench/make_config prints, a rule for each server.
std::string configuration(std::int64_t servers) {
  std::string text =
      "global\n  maxconn 100000\ndefaults\n  mode http\n  timeout connect 5s\n  timeout client 50s\n"
      "  timeout server 50s\nfrontend web\n  bind :8080\n  default_backend b0\n";
  for (std::int64_t i = 0; i < servers; ++i) {
    const auto backend = i / kServersPerBackend;
    const auto server = i % kServersPerBackend;
    if (server == 0) text += "backend b" + std::to_string(backend) + "\n";
    text += "  server s" + std::to_string(server) + " 10." + std::to_string(backend / 250) + "." +
            std::to_string(backend % 250) + "." + std::to_string(server + 1) + ":8000 check inter 2s maxconn 500\n";
    text += "  http-request set-header X-Rule-" + std::to_string(server) + " \"v\" if { path_beg /p }\n";
  }
  return text;
}

void read_a_line(benchmark::State& state, std::string_view line) {
  haproxy::Lexer lexer{haproxy::Dialect{}};
  const haproxy::Environment environment;
  for (auto _ : state) benchmark::DoNotOptimize(lexer.read(line, {}, environment).count);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(line.size()));
}
BENCHMARK_CAPTURE(read_a_line, plain, std::string_view("  server s1 10.0.0.1:8080 check inter 2s weight 10"));
BENCHMARK_CAPTURE(read_a_line, quoted, std::string_view("  http-request set-header X \"v\" if { path_beg /p }"));

void parse(benchmark::State& state) {
  const std::vector<haproxy::SourceFile> files{{"haproxy.cfg", configuration(state.range(0))}};
  const haproxy::ReadContext context;
  for (auto _ : state) benchmark::DoNotOptimize(haproxy::parse_config(files, context).lines);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(files.front().content.size()));
  state.SetComplexityN(state.range(0));
}

void demand(benchmark::State& state) {
  test::World world;
  world.config(configuration(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(compute_demand(world.facts).instances.size());
  state.SetComplexityN(state.range(0));
}

void judge_config(benchmark::State& state, const std::string& text) {
  test::World world;
  world.config(text);
  const auto demand = world.demand();
  const auto policy = load_policy({}).value();
  const auto checks = select_checks(policy, {});
  for (auto _ : state) {
    benchmark::DoNotOptimize(assess(world.facts, demand, policy, checks, day_of(0)).results.size());
  }
  state.SetComplexityN(state.range(0));
}

void judge(benchmark::State& state) { judge_config(state, configuration(state.range(0))); }

/// The worst case for whatever compares binds with each other: all of them are in conflict, half in frontends of their
/// own.
void judge_equal_binds(benchmark::State& state) {
  std::string text = "defaults\n  mode http\n";
  for (std::int64_t i = 0; i < state.range(0) / 2; ++i) text += "frontend f" + std::to_string(i) + "\n  bind *:80\n";
  text += "frontend same\n";
  for (std::int64_t i = 0; i < state.range(0) / 2; ++i) text += "  bind *:81\n";
  judge_config(state, text);
}

void write_json(benchmark::State& state) {
  test::World world;
  world.config(configuration(state.range(0)));
  const auto demand = world.demand();
  const auto policy = load_policy({}).value();
  const auto assessment = assess(world.facts, demand, policy, select_checks(policy, {}), day_of(0));
  Report report;
  report.facts = &world.facts;
  report.demand = &demand;
  report.assessment = &assessment;
  std::int64_t bytes = 0;
  for (auto _ : state) {
    write_json_report(report, [&](std::string_view piece) { bytes += static_cast<std::int64_t>(piece.size()); });
  }
  state.SetBytesProcessed(bytes);
  state.SetComplexityN(state.range(0));
}

/// So many lines in twenty files, some of them patterns; what is asked is what the checks ask.
void resolve_sysctls_of_lines(benchmark::State& state) {
  constexpr std::int64_t kFiles = 20;
  SysctlFiles files;
  for (std::int64_t i = 0; i < kFiles; ++i) {
    std::string content;
    for (std::int64_t line = 0; line < state.range(0) / kFiles; ++line) {
      const bool pattern = line % 10 == 0;
      content += pattern ? "net.ipv4.conf.*.rp_filter = 1\n" : "net.core.somaxconn = " + std::to_string(line) + "\n";
    }
    files.in_directories.push_back({"/etc/sysctl.d/" + std::to_string(10 + i) + ".conf", {}, std::move(content)});
  }
  const std::set<std::string, std::less<>> keys(kDemandedSysctls.begin(), kDemandedSysctls.end());
  for (auto _ : state) benchmark::DoNotOptimize(resolve_sysctls(files, keys, {}).size());
  state.SetComplexityN(state.range(0));
}

void sizes(benchmark::internal::Benchmark* measured) {
  measured->RangeMultiplier(10)->Range(kFewest, kMost)->Unit(benchmark::kMillisecond)->Complexity();
}
BENCHMARK(parse)->Apply(sizes);
BENCHMARK(demand)->Apply(sizes);
BENCHMARK(judge)->Apply(sizes);
BENCHMARK(judge_equal_binds)->Apply(sizes);
BENCHMARK(write_json)->Apply(sizes);
BENCHMARK(resolve_sysctls_of_lines)
    ->RangeMultiplier(10)
    ->Range(100, 10'000)
    ->Unit(benchmark::kMillisecond)
    ->Complexity();

}  // namespace

BENCHMARK_MAIN();
