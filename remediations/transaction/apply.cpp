// SPDX-License-Identifier: Apache-2.0
// Look at everything, write down the undo, act, look again, judge again; whatever fails on the way leads back.
#include "remediations/transaction/apply.h"

#include <exception>

#include "probes/linux/boot_time.h"
#include "remediations/transaction/perform.h"

namespace preflight {
namespace {

class Application {
 public:
  Application(const Plan& plan, Journal& journal, Host& host, const ApplyOptions& options)
      : plan_(plan), journal_(journal), host_(host), options_(options) {}

  ApplyResult run(const Judge& judge) {
    if (!looks_as_planned()) return ended(ApplyEnd::refused);
    auto begun = journal_.begin({host_.view().now(), options_.boot_id, options_.actor, plan_});
    if (!begun) return ended_without_effect(begun.error());
    result_.id = *begun;
    if (auto reason = carried_out(judge); !reason.empty()) return rolled_back(std::move(reason));
    return ended(ApplyEnd::applied);
  }

 private:
  ApplyResult ended(ApplyEnd end) {
    result_.end = end;
    return std::move(result_);
  }

  /// The record may be there or not; an undo of nothing is nothing.
  ApplyResult ended_without_effect(const Error& error) {
    result_.reasons.push_back(describe(error));
    return ended(ApplyEnd::rolled_back);
  }

  bool looks_as_planned() {
    for (const auto& step : plan_.steps) {
      if (!has_state(step.change)) continue;
      auto located = locate(step.change, host_);
      if (!located) {
        result_.reasons.push_back(describe(located.error()));
      } else if (located->where != Location::at_from) {
        result_.edits.push_back({object_of(step.change), step.change, std::move(*located)});
      }
    }
    return result_.edits.empty() && result_.reasons.empty();
  }

  /// Why not; empty when all is done and recorded.
  std::vector<std::string> carried_out(const Judge& judge) {
    std::int64_t confirm_by = 0;
    try {
      const auto scheduled = schedule_recovery();
      if (!scheduled) return {describe(scheduled.error())};
      confirm_by = *scheduled;
      for (const auto& step : plan_.steps) {
        if (auto done = next(step.change); !done) return {describe(done.error())};
      }
      if (auto unmet = judge(); !unmet.empty()) return unmet;
    } catch (const std::exception& bug) {
      return {std::string("internal error, please report it: ") + bug.what()};
    }
    const Applied applied{host_.view().now(), confirm_by};
    if (auto recorded = journal_.add(result_.id, applied); !recorded) return {describe(recorded.error())};
    return {};
  }

  /// Before the first effect: what cannot be undone by itself is not begun. The answer is the uptime by which somebody
  /// must have confirmed; 0: nobody has to.
  Result<std::int64_t> schedule_recovery() {
    if (options_.confirm_within.count() == 0) return 0;
    const auto now = read_boot_time(host_.view());
    if (!now) return tl::make_unexpected(now.error());
    if (auto scheduled = host_.schedule_recovery(result_.id, options_.confirm_within); !scheduled)
      return tl::make_unexpected(scheduled.error());
    return (now->uptime + options_.confirm_within).count();
  }

  Result<void> next(const Change& change) {
    if (const auto* restart = std::get_if<UnitRestart>(&change)) {
      if (auto recorded = journal_.add(result_.id, Restarting{restart->unit}); !recorded) return recorded;
    }
    return perform(change, host_);
  }

  ApplyResult rolled_back(std::vector<std::string> reasons) {
    result_.reasons = std::move(reasons);
    const auto* const transaction = journal_.find(result_.id);
    const UndoOptions options{
        .reason = "rollback: " + result_.reasons.front(), .boot_id = options_.boot_id, .restart = true};
    const auto back = undo(*transaction, journal_, host_, options);
    for (const auto& failure : back.failures) result_.reasons.push_back(describe(failure));
    for (const auto& edit : back.edits) result_.reasons.push_back(edit.object + " was changed by somebody else");
    return ended(back.whole() ? ApplyEnd::rolled_back : ApplyEnd::torn);
  }

  const Plan& plan_;
  Journal& journal_;
  Host& host_;
  const ApplyOptions& options_;
  ApplyResult result_;
};

}  // namespace

ApplyResult apply(const Plan& plan, Journal& journal, Host& host, const ApplyOptions& options, const Judge& judge) {
  return Application(plan, journal, host, options).run(judge);
}

}  // namespace preflight
