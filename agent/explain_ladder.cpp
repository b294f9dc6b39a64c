// SPDX-License-Identifier: Apache-2.0
// The page of the ladder, from the declarations of its limits and of what may be supposed.
#include "agent/explain.h"
#include "agent/paragraph.h"
#include "policies/ladder.h"
#include "policies/what_if.h"

namespace preflight {
namespace {

std::string_view words_of(RungKind kind) {
  switch (kind) {
    case RungKind::waits:
      return "somebody's bound: clients or requests wait";
    case RungKind::fails:
      return "something runs out: it fails";
    case RungKind::burst:
      break;
  }
  return "no level but a burst";
}

std::string page_of(const LimitSpec& spec) {
  return "\n  " + std::string(spec.name) + " (" + std::string(words_of(spec.kind)) + ")\n" +
         paragraph("What: " + std::string(spec.bounds) + ".", 4) +
         paragraph("Reached at: " + std::string(spec.arithmetic) + ".", 4) +
         paragraph("Then: " + std::string(spec.then) + ".", 4) + paragraph(spec.reference, 4);
}

std::string suppositions() {
  std::string text;
  for (const auto& spec : supposition_specs()) {
    text += paragraph(std::string(spec.name) + "=" + std::string(spec.takes) + ": " + std::string(spec.meaning), 2);
  }
  return text;
}

}  // namespace

std::string_view ladder_introduction() {
  return "A ladder lists the limits of one haproxy in the order in which a growing number of connections meets them. "
         "The report tells the first two, and -v all of them; --format json has them under ladder.";
}

std::string_view ladder_counting() {
  return "A number is that of client connections of the whole instance, at the same time; the next one does not find "
         "room. Each is taken to have one connection to a server: a client that sends several requests at once (HTTP/2 "
         "and 3) counts as several. Servers are taken to get equal shares, as balance roundrobin and leastconn give; a "
         "name that stands for several addresses counts as one. Where a frontend has a default_backend, "
         "the backends of its use_backend rules are side roads: a maxconn there is listed, but not told as the first "
         "limit. A backend that no frontend names has no rung. Of a backend's destinations the one whose source ports "
         "are used up first is listed. What is in use by others, and now, was read of the running host. A limit that "
         "could not be computed is listed as not known.";
}

std::string_view what_if_semantics() {
  return "--what-if judges the host as it would be after a restart of haproxy with other numbers: demand, checks, "
         "ladder and exit code are of that host, and the report shows the first limits now and then. Nothing is "
         "changed.";
}

std::string explain_ladder() {
  std::string text = "ladder\nWhich limit comes first as connections grow\n\n";
  text += paragraph(ladder_introduction(), 2) + "\nHow it is counted:\n" + paragraph(ladder_counting(), 2);
  text += "\nThe limits, in the order in which one connection meets them:\n";
  for (const auto& spec : limit_specs()) text += page_of(spec);
  text += "\nWhat if:\n" + paragraph(what_if_semantics(), 2) + suppositions();
  return text;
}

}  // namespace preflight
