// SPDX-License-Identifier: Apache-2.0
// Tuning guides are copied for longer than kernels live. What they make people set, and what it does instead, is said
// here: TIME_WAIT lasts 60 seconds whatever is set, tcp_mem counts pages, and some settings are gone.
#include <algorithm>
#include <array>
#include <optional>

#include "policies/check.h"
#include "policies/sysctl_demand.h"
#include "policies/sysctl_origin.h"
#include "probes/base/text.h"

namespace preflight::checks {
namespace {

constexpr std::string_view kRecycle = "net.ipv4.tcp_tw_recycle";
constexpr std::string_view kOldTracking = "net.ipv4.netfilter.ip_conntrack_max";
constexpr std::string_view kMem = "net.ipv4.tcp_mem";
constexpr std::string_view kFinTimeout = "net.ipv4.tcp_fin_timeout";
constexpr std::string_view kAbort = "net.ipv4.tcp_abort_on_overflow";
constexpr std::string_view kReuse = "net.ipv4.tcp_tw_reuse";
constexpr std::string_view kTimestamps = "net.ipv4.tcp_timestamps";
constexpr std::string_view kBuckets = "net.ipv4.tcp_max_tw_buckets";
constexpr std::array kSysctls = {kRecycle, kOldTracking, kMem, kFinTimeout, kAbort, kReuse, kTimestamps, kBuckets};
constexpr Need kNeeds[] = {Need::boot, Need::memory};
constexpr std::string_view kReferences[] = {"tcp(7)", "Linux Documentation/networking/ip-sysctl.rst",
                                            "Linux include/net/tcp.h, TCP_TIMEWAIT_LEN"};
constexpr Parameter kFewest{"tw_buckets", 32768, 1, 1'000'000'000, "a smaller tcp_max_tw_buckets was lowered by hand"};
constexpr Parameter kParameters[] = {kFewest};
constexpr std::int64_t kPage = 4096;    // the smallest there is: larger ones only make it worse
constexpr std::int64_t kTimeWait = 60;  // seconds, of TIME_WAIT and, where nobody changed it, of tcp_fin_timeout

/// What the files, and the kernel, say of the keys.
class Sources {
 public:
  explicit Sources(const Case& c) : boot_(*c.facts.sysctl_boot), demand_(c) {}

  /// The last line that the boot loader takes for this key; a value that the kernel refuses counts as said.
  [[nodiscard]] const SysctlLine* line(std::string_view key) const {
    const auto* const said = answer(key);
    if (said == nullptr || !*said) return nullptr;
    const auto& lines = (*said)->lines;
    const auto last = std::find_if(lines.rbegin(), lines.rend(), [](const SysctlLine& one) {
      return one.fate == LineFate::decides || one.fate == LineFate::refused;
    });
    return last == lines.rend() ? nullptr : &*last;
  }

  /// Why the files' answer is not known; nothing where it is.
  [[nodiscard]] std::optional<Error> unknown(std::string_view key) const {
    const auto* const said = answer(key);
    if (said == nullptr) return unread(std::string(key)).value();
    return *said ? std::nullopt : std::optional(said->error());
  }

  [[nodiscard]] Result<std::string> running(std::string_view key) const { return demand_.running(key); }

  /// What the files set, else what they say, else what runs.
  [[nodiscard]] std::vector<std::int64_t> numbers(std::string_view key) const {
    const auto* const said = line(key);
    auto text = said != nullptr ? Result<std::string>(said->value) : running(key);
    if (said != nullptr && (*answer(key))->value) text = *(*answer(key))->value;
    std::vector<std::int64_t> found;
    if (!text) return found;
    for (const auto word : words(*text)) found.push_back(parse_integer(word).value_or(0));
    return found;
  }

  [[nodiscard]] std::optional<std::int64_t> number(std::string_view key) const {
    const auto found = numbers(key);
    return found.size() == 1 ? std::optional(found.front()) : std::nullopt;
  }

 private:
  /// nullptr: nobody asked.
  [[nodiscard]] const Result<LoaderAnswer>* answer(std::string_view key) const {
    const auto* const at_boot = boot_.find(key);
    return at_boot == nullptr ? nullptr : &at_boot->by(boot_.loader);
  }

  const SysctlBoot& boot_;
  SysctlDemand demand_;
};

/// A finding about a key: at its line, where one says so.
Fail finding(const Sources& sources, std::string_view key, Severity severity, std::string why) {
  Detail detail;
  const auto* const line = sources.line(key);
  if (line != nullptr) {
    detail.observed = Measure(printable(line->value));
    detail.where = where_of(*line);
  } else {
    detail.observed = Measure(sources.running(key).value_or(""));
    detail.where.object = std::string(key);
  }
  detail.why = std::move(why);
  return {severity, std::move(detail)};
}

/// Without the kernel's answer (a tree of files) it is taken to be newer than the guide.
std::optional<Fail> judge_gone(const Sources& sources, std::string_view key, std::string_view instead) {
  const auto* const line = sources.line(key);
  const auto running = sources.running(key);
  if (line == nullptr || line->value == "0" || running) return std::nullopt;
  if (running.error().code == std::errc::permission_denied) return std::nullopt;
  return finding(sources, key, Severity::info, "the kernel has no such setting: " + std::string(instead));
}

std::optional<Fail> judge_recycle(const Sources& sources, const Case&) {
  if (sources.running(kRecycle) && sources.number(kRecycle).value_or(0) != 0) {
    return finding(sources, kRecycle, Severity::warning,
                   "connections of clients behind one address translation are dropped at random");
  }
  return judge_gone(sources, kRecycle, "Linux 4.12 took it away, and the line does nothing");
}

std::optional<Fail> judge_old_tracking(const Sources& sources, const Case&) {
  return judge_gone(sources, kOldTracking, "it is net.netfilter.nf_conntrack_max, which this line does not set");
}

std::optional<Fail> judge_mem(const Sources& sources, const Case& c) {
  const auto pages = sources.numbers(kMem);
  if (pages.size() != 3 || !c.facts.host.memory) return std::nullopt;
  const auto total = c.facts.host.memory->total / kPage;
  if (pages[2] <= total) return std::nullopt;
  const bool harms = pages[1] > total;
  auto fail = finding(sources, kMem, harms ? Severity::warning : Severity::info,
                      harms ? "tcp_mem counts pages, not bytes: TCP is told to save memory when more than all is used"
                            : "tcp_mem counts pages, not bytes: TCP may take more memory than there is");
  fail.detail.terms = {{"pages at which TCP begins to save", pages[1], {}},
                       {"pages at which it refuses more", pages[2], {}},
                       {"pages of memory", total, {}}};
  return fail;
}

/// Alone it may be meant; beside settings of TIME_WAIT it is the guide's mistake.
std::optional<Fail> judge_fin_timeout(const Sources& sources, const Case&) {
  const auto* const line = sources.line(kFinTimeout);
  const bool about_time_wait =
      sources.line(kReuse) != nullptr || sources.line(kRecycle) != nullptr || sources.line(kBuckets) != nullptr;
  if (line == nullptr || !about_time_wait || sources.number(kFinTimeout).value_or(kTimeWait) >= kTimeWait)
    return std::nullopt;
  return finding(sources, kFinTimeout, Severity::info,
                 "tcp_fin_timeout is of FIN-WAIT-2: TIME_WAIT lasts 60 seconds whatever it says");
}

std::optional<Fail> judge_abort(const Sources& sources, const Case&) {
  if (sources.number(kAbort).value_or(0) == 0) return std::nullopt;
  return finding(sources, kAbort, Severity::warning,
                 "in a burst clients are refused at once, who would have been served a moment later");
}

std::optional<Fail> judge_reuse(const Sources& sources, const Case&) {
  if (sources.line(kReuse) == nullptr || sources.number(kReuse).value_or(0) == 0) return std::nullopt;
  if (sources.number(kTimestamps).value_or(1) != 0) return std::nullopt;
  auto fail =
      finding(sources, kReuse, Severity::info, "tcp_tw_reuse does nothing without TCP timestamps, and they are off");
  if (const auto* const line = sources.line(kTimestamps))
    fail.detail.evidence.push_back("tcp_timestamps is set by " + place_of(*line));
  fail.detail.consequence_of = Cause{"time_wait_leaves_ports", subject::sysctl(kReuse)};
  return fail;
}

std::optional<Fail> judge_buckets(const Sources& sources, const Case& c) {
  const auto buckets = sources.number(kBuckets);
  if (sources.line(kBuckets) == nullptr || !buckets || *buckets >= c.settings.get(kFewest)) return std::nullopt;
  return finding(sources, kBuckets, Severity::info,
                 "it shortens nothing: beyond " + grouped(*buckets) + " sockets in TIME_WAIT, reached at " +
                     grouped(*buckets / kTimeWait) + " closes a second, old segments may reach new connections");
}

struct Advice {
  std::string_view key;
  std::optional<Fail> (*judge)(const Sources&, const Case&);
};

constexpr std::array<Advice, 7> kAdvice = {{{kRecycle, judge_recycle},
                                            {kOldTracking, judge_old_tracking},
                                            {kMem, judge_mem},
                                            {kFinTimeout, judge_fin_timeout},
                                            {kAbort, judge_abort},
                                            {kReuse, judge_reuse},
                                            {kBuckets, judge_buckets}}};

Outcomes evaluate(const Case& c) {
  if (!c.facts.sysctl_boot) return one(subject::host(), Unknown{c.facts.sysctl_boot.error()});
  const Sources sources(c);
  Outcomes outcomes;
  for (const auto& advice : kAdvice) {
    const auto about = subject::sysctl(advice.key);
    if (auto error = sources.unknown(advice.key)) {
      outcomes.push_back({about, Unknown{std::move(*error)}});
    } else if (auto fail = advice.judge(sources, c)) {
      outcomes.push_back({about, std::move(*fail)});
    }
  }
  if (outcomes.empty()) return one(subject::host(), Pass{});
  return outcomes;
}

}  // namespace

extern constinit const Check sysctl_advice_is_current{
    .id = "sysctl_advice_is_current",
    .title = "Kernel settings follow no outdated advice",
    .rationale =
        "Guides for busy servers are copied from kernels long gone: what they set does nothing, or something else than "
        "their readers think, and what would help is left undone.",
    .advice =
        "Take the line out, or give the value that the finding asks for. More source ports (ip_local_port_range, "
        "more server addresses) cure what TIME_WAIT is blamed for.",
    .severity = Severity::warning,
    .needs = {.facts = kNeeds, .sysctls = kSysctls},
    .references = kReferences,
    .parameters = kParameters,
    .evaluate = evaluate,
};

}  // namespace preflight::checks
